// The studio page: the desk at /, a film at /films/{id}. Moving between them reloads nothing.

import { getFilm } from "./api.js";
import { Composer } from "./composer.js";
import { Direction } from "./direction.js";
import { note } from "./note.js";
import { Screening } from "./screening.js";
import { Shelf } from "./shelf.js";

const config = JSON.parse(document.querySelector("#config").textContent);
const desk = document.querySelector("#desk");
const root = document.querySelector("#screening");
const composer = new Composer(document.querySelector("#composer"), config);
const shelf = new Shelf(document.querySelector("#shelf"));
let screening;

/** Shows what the address says. */
async function arrive() {
  const id = location.pathname.match(/^\/films\/([^/]+)$/)?.[1];
  if (!id) return showDesk();
  try {
    showFilm(await getFilm(id));
  } catch (error) {
    history.replaceState(null, "", "/");
    showDesk();
    note(error.message);
  }
}

function go(path) {
  if (path === location.pathname) return undefined;
  history.pushState(null, "", path);
  return arrive();
}

function leave() {
  screening?.close();
  screening = undefined;
}

function setView(view, title) {
  document.body.dataset.view = view;
  document.title = title;
  desk.hidden = view !== "desk";
  root.hidden = view !== "screening";
  document.querySelector("#new-film").hidden = view === "desk";
  scrollTo(0, 0);
}

function showDesk() {
  leave();
  setView("desk", "Longtake");
  // Whoever is quicker than this script may be typing elsewhere already.
  if (document.activeElement === document.body) composer.focus();
  shelf.refresh().catch((error) => note(error.message));
}

function showFilm(film, fresh = false) {
  leave();
  setView("screening", `${film.prompt} – Longtake`);
  root.querySelector("#title").textContent = film.prompt;
  screening = new Screening(root, film, fresh);
  const direction = new Direction(root, screening);
  screening.addEventListener("gone", () => {
    go("/");
    note("The film was deleted.");
  });
  direction.addEventListener("deleted", () => go("/"));
  direction.addEventListener("again", ({ detail }) => {
    go("/");
    composer.fill(detail);
  });
}

composer.addEventListener("film", ({ detail }) => {
  history.pushState(null, "", detail.links.page);
  showFilm(detail, true);
});

addEventListener("popstate", arrive);
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href='/'], a[href^='/films/']");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  go(link.pathname);
});

arrive();
