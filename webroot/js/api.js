// The REST interface. Every failure is a Problem whose message is a sentence to show to people.

import { newKey } from "./keys.js";
import { at, placed } from "./site.js";

export class Problem extends Error {
  /** `status` is the HTTP status (0: not reached); `field` names the input to blame, if any. */
  constructor(status, detail, field) {
    super(detail);
    this.status = status;
    this.field = field;
  }
}

async function call(method, path, body, headers = {}) {
  const request = { method, headers: { ...headers } };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(at(path), request);
  } catch {
    throw new Problem(0, "The studio doesn't answer. Is it running?");
  }
  if (response.ok) return response.status === 204 ? undefined : response.json();
  const said = await response.json().catch(() => ({}));
  throw new Problem(response.status, said.detail ?? said.title ?? `The studio said ${response.status}.`, said.field);
}

const film = (id) => `/api/films/${encodeURIComponent(id)}`;
const share = (token) => `/api/shares/${encodeURIComponent(token)}`;
const toFilm = async (method, path, body, headers) => placed(await call(method, path, body, headers));

/** The keys of what was asked for and not answered yet. */
const unanswered = new Map();

/**
 * Asks for something new. What is asked for again before there was an answer (a second click, another try after the
 * answer was lost) bears the same key, and the studio makes it once.
 */
async function make(path, body) {
  const asked = `${path} ${JSON.stringify(body)}`;
  const again = unanswered.has(asked);
  const key = unanswered.get(asked) ?? newKey();
  unanswered.set(asked, key);
  try {
    const answer = await call("POST", path, body, { "Idempotency-Key": key });
    unanswered.delete(asked);
    return { answer, again };
  } catch (error) {
    if (!isLost(error)) unanswered.delete(asked);
    throw error;
  }
}

/** Whether nobody knows what became of a request: there was no answer, half of one, or only a proxy's. */
const isLost = ({ status }) => !status || (status >= 502 && status <= 504);

/** The film that `make` makes, as it is now: an answer that is given again is as old as the first one. */
async function makeFilm(path, body) {
  const { answer, again } = await make(path, body);
  return again ? getFilm(answer.id) : placed(answer);
}

export const createFilm = (request) => makeFilm("/api/films", request);
export async function listFilms(before) {
  const page = await call("GET", `/api/films?limit=24${before ? `&before=${encodeURIComponent(before)}` : ""}`);
  return { ...page, films: page.films.map(placed) };
}
export const getFilm = (id) => toFilm("GET", film(id));
export const changePrompt = (id, change) => toFilm("POST", `${film(id)}/prompts`, change);
/** Replaces what nothing was made of yet by `timeline`, unless somebody else changed it since `film`. */
export const replan = ({ id, timelineVersion }, timeline) =>
  toFilm("PUT", `${film(id)}/timeline`, { timeline }, timelineVersion && { "If-Match": timelineVersion });
export const extendFilm = (id, frames, prompt) =>
  makeFilm(`${film(id)}/extend`, prompt ? { frames, prompt } : { frames });
export const stopFilm = (id) => toFilm("POST", `${film(id)}/stop`);
export const pauseFilm = (id) => toFilm("POST", `${film(id)}/pause`);
export const resumeFilm = (id) => toFilm("POST", `${film(id)}/resume`);
export const enhanceFilm = (id, on) => toFilm("PUT", `${film(id)}/enhancement`, { on });
export const forkFilm = (id, fork) => makeFilm(`${film(id)}/fork`, fork);
export const takesOf = async (id) => (await call("GET", `${film(id)}/takes`)).takes.map(placed);
export const renameFilm = (id, title) => toFilm("PATCH", film(id), { title });
export const deleteFilm = (id) => call("DELETE", film(id));
export const restoreFilm = (id) => toFilm("POST", `${film(id)}/restore`);
export const listShares = async (id) => (await call("GET", `${film(id)}/shares`)).shares;
export const shareFilm = async (id, terms = {}) => (await make(`${film(id)}/shares`, terms)).answer;
export const changeShare = (token, terms) => call("PATCH", share(token), terms);
export const unshareFilm = (token) => call("DELETE", share(token));
