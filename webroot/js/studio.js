// The studio page: the desk at /, a film at /films/{id}. Moving between them reloads nothing.

import { createFilm, getFilm } from "./api.js";
import { Composer } from "./composer.js";
import { Direction } from "./direction.js";
import { helpOn } from "./help.js";
import { note } from "./note.js";
import { openFiles } from "./recipes.js";
import { Screening } from "./screening.js";
import { Shelf } from "./shelf.js";
import { at, here } from "./site.js";
import { titleOf } from "./words.js";

const config = JSON.parse(document.querySelector("#config").textContent);
const desk = document.querySelector("#desk");
const root = document.querySelector("#screening");
const composer = new Composer(document.querySelector("#composer"), config);
const shelf = new Shelf(document.querySelector("#shelf"));
let screening;

/** Shows what the address says, a film from `start` (seconds). */
async function arrive(start) {
  const id = here().match(/^\/films\/([^/]+)$/)?.[1];
  if (!id) return showDesk();
  try {
    showFilm(await getFilm(id), start);
  } catch (error) {
    history.replaceState(null, "", at("/"));
    showDesk();
    note(error.message);
  }
}

function go(address, start) {
  if (address === location.href) return undefined;
  history.pushState(null, "", address);
  return arrive(start);
}

function leave() {
  screening?.close();
  screening = undefined;
}

function setView(view, title) {
  const moved = document.body.dataset.view !== view;
  document.body.dataset.view = view;
  document.title = title;
  desk.hidden = view !== "desk";
  root.hidden = view !== "screening";
  document.querySelector("#new-film").hidden = view === "desk";
  if (moved) scrollTo(0, 0);
}

function showDesk() {
  leave();
  setView("desk", "Longtake");
  composer.lay();
  // Whoever is quicker than this script may be typing elsewhere already.
  if (document.activeElement === document.body) composer.focus();
  shelf.refresh().catch((error) => note(error.message));
}

function showFilm(film, start) {
  leave();
  setView("screening", `${titleOf(film)} – Longtake`);
  root.querySelector("#title").textContent = titleOf(film);
  screening = new Screening(root, film, start);
  const direction = new Direction(root, screening, config.pack);
  screening.addEventListener("gone", () => {
    go(at("/"));
    note("The film was deleted.");
  });
  direction.addEventListener("deleted", ({ detail }) => {
    go(at("/"));
    shelf.offerUndo(detail);
  });
  direction.addEventListener("take", ({ detail: { film: take, start: from } }) => {
    history.pushState(null, "", take.links.page);
    showFilm(take, from);
  });
  direction.addEventListener("again", async ({ detail }) => {
    go(at("/"));
    composer.fill(detail);
    await composer.picture.fetch(detail.image);
  });
}

function showNew(film) {
  history.pushState(null, "", film.links.page);
  showFilm(film, 0);
}

composer.addEventListener("film", ({ detail }) => showNew(detail));
openFiles(
  async (recipe) => {
    try {
      showNew(await createFilm(recipe));
    } catch (error) {
      note(error.message);
    }
  },
  (file) => {
    go(at("/"));
    composer.picture.use(file);
  },
);
helpOn(document.querySelector("#help"));

// The address changes without a page being loaded, and with it what a relative one would mean.
for (const link of document.querySelectorAll("[data-to]")) link.href = at(link.dataset.to);
document.querySelector("link[rel=icon]").href = at("/favicon.svg");
addEventListener("popstate", () => arrive());
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href]");
  if (!link || link.target || link.hasAttribute("download")) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  if (link.href !== at("/") && !link.href.startsWith(at("/films/"))) return;
  event.preventDefault();
  // Another take of the same film goes on where this one is.
  go(link.href, link.hasAttribute("data-take") ? screening?.player.time : undefined);
});

arrive();
