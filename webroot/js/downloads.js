// The menu of what a film can be taken home as.

const LONGEST_LOOP = 20; // seconds; a whole long film as a moving picture would be enormous

/** Lays the addresses for `film` with `frame` on the screen. */
export function layDownloads(menu, film, frame) {
  const { video, recipe } = film.links;
  const beside = (name) => video.replace(/video\.mp4$/, name);
  const most = LONGEST_LOOP * film.fps;
  const from = Math.max(0, Math.min(frame, film.framesDone - most));
  const part = film.framesDone <= most ? "" : `from=${from}&to=${from + most}&`;
  const addresses = {
    "#download": `${video}?download=1`,
    "#download-gif": `${beside("film.gif")}?${part}download=1`,
    "#download-webp": `${beside("film.webp")}?${part}download=1`,
    "#download-png": `${beside("frame.png")}?frame=${frame}&download=1`,
    "#recipe": recipe,
  };
  for (const [selector, address] of Object.entries(addresses)) menu.querySelector(selector).href = address;
  const { enhancement } = film;
  menu.querySelector("[data-film-hint]").textContent =
    enhancement?.state === "done" ? ", sharpened" : enhancement ? ", as made until all of it is sharpened" : "";
  for (const hint of menu.querySelectorAll("[data-loop-hint]")) {
    hint.textContent = film.framesDone <= most ? "" : `, ${LONGEST_LOOP} s from here`;
  }
}
