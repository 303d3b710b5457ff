// The REST interface. Every failure is a Problem whose message is a sentence to show to people.

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

export const createFilm = (request) => toFilm("POST", "/api/films", request);
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
  toFilm("POST", `${film(id)}/extend`, prompt ? { frames, prompt } : { frames });
export const stopFilm = (id) => toFilm("POST", `${film(id)}/stop`);
export const pauseFilm = (id) => toFilm("POST", `${film(id)}/pause`);
export const resumeFilm = (id) => toFilm("POST", `${film(id)}/resume`);
export const forkFilm = (id, fork) => toFilm("POST", `${film(id)}/fork`, fork);
export const takesOf = async (id) => (await call("GET", `${film(id)}/takes`)).takes.map(placed);
export const renameFilm = (id, title) => toFilm("PATCH", film(id), { title });
export const deleteFilm = (id) => call("DELETE", film(id));
export const restoreFilm = (id) => toFilm("POST", `${film(id)}/restore`);
export const listShares = async (id) => (await call("GET", `${film(id)}/shares`)).shares;
export const shareFilm = (id, terms = {}) => call("POST", `${film(id)}/shares`, terms);
export const changeShare = (token, terms) => call("PATCH", share(token), terms);
export const unshareFilm = (token) => call("DELETE", share(token));
