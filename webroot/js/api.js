// The REST interface. Every failure is a Problem whose message is a sentence to show to people.

export class Problem extends Error {
  /** `status` is the HTTP status (0: not reached); `field` names the input to blame, if any. */
  constructor(status, detail, field) {
    super(detail);
    this.status = status;
    this.field = field;
  }
}

async function call(method, path, body) {
  const request = { method, headers: {} };
  if (body !== undefined) {
    request.headers["Content-Type"] = "application/json";
    request.body = JSON.stringify(body);
  }
  let response;
  try {
    response = await fetch(path, request);
  } catch {
    throw new Problem(0, "The studio doesn't answer. Is it running?");
  }
  if (response.ok) return response.status === 204 ? undefined : response.json();
  const said = await response.json().catch(() => ({}));
  throw new Problem(response.status, said.detail ?? said.title ?? `The studio said ${response.status}.`, said.field);
}

const film = (id) => `/api/films/${encodeURIComponent(id)}`;

export const createFilm = (request) => call("POST", "/api/films", request);
export const listFilms = (before) =>
  call("GET", `/api/films?limit=24${before ? `&before=${encodeURIComponent(before)}` : ""}`);
export const getFilm = (id) => call("GET", film(id));
export const changePrompt = (id, prompt) => call("POST", `${film(id)}/prompts`, { prompt });
export const extendFilm = (id, frames, prompt) =>
  call("POST", `${film(id)}/extend`, prompt ? { frames, prompt } : { frames });
export const stopFilm = (id) => call("POST", `${film(id)}/stop`);
export const deleteFilm = (id) => call("DELETE", film(id));
export const shareFilm = (id) => call("POST", `${film(id)}/shares`);
export const unshareFilm = (token) => call("DELETE", `/api/shares/${encodeURIComponent(token)}`);
