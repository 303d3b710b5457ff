// The films made in this browser, newest first: to open, to name, to delete and to bring back.

import * as api from "./api.js";
import { note } from "./note.js";
import { clock, stateWords, titleOf } from "./words.js";

const ACTIVE = ["queued", "running", "paused"];

export class Shelf {
  #root;
  #next;

  constructor(root) {
    this.#root = root;
    this.#more.addEventListener("click", () => this.#load(this.#next));
  }

  /** Reads the list anew. */
  async refresh() {
    await this.#load();
  }

  get #more() {
    return this.#root.querySelector("#more-films");
  }

  get #list() {
    return this.#root.querySelector("#films");
  }

  async #load(before) {
    const { films, next } = await api.listFilms(before);
    if (!before) this.#list.replaceChildren();
    this.#list.append(...films.map((film) => this.#card(film)));
    this.#next = next;
    this.#more.hidden = !next;
    this.#root.hidden = this.#list.childElementCount === 0;
  }

  #card(film) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = film.links.page;
    link.style.setProperty("--ratio", String(film.width / film.height));
    const words = document.createElement("strong");
    words.textContent = titleOf(film);
    const facts = document.createElement("small");
    const length = clock(film.framesDone / film.fps);
    facts.textContent = film.state === "finished" ? length : `${length} · ${stateWords(film)}`;
    if (ACTIVE.includes(film.state)) facts.dataset.state = film.state;
    link.append(poster(film), words, facts);
    item.append(link, this.#deeds(film, item, words));
    return item;
  }

  #deeds(film, item, words) {
    const deeds = document.createElement("div");
    deeds.className = "card-deeds";
    deeds.append(
      button("Rename", PEN, film, () => this.#rename(film, words, item)),
      button("Delete", BIN, film, () => this.#delete(film, item)),
    );
    return deeds;
  }

  #rename(film, words, item) {
    const field = document.createElement("input");
    field.className = "card-name";
    field.value = titleOf(film);
    field.maxLength = 120;
    field.setAttribute("aria-label", "Title of the film");
    let over = false;
    const end = async (keep) => {
      if (over) return;
      over = true;
      const title = field.value.trim();
      field.remove();
      item.querySelector(".card-deeds button").focus();
      if (!keep || title === titleOf(film)) return;
      await attempt(async () => {
        film = await api.renameFilm(film.id, title === film.prompt ? "" : title);
        words.textContent = titleOf(film);
      });
    };
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) end(true);
      else if (event.key === "Escape") end(false);
    });
    field.addEventListener("blur", () => end(true));
    item.append(field);
    field.select();
  }

  #delete(film, item) {
    return attempt(async () => {
      await api.deleteFilm(film.id);
      const place = item.nextElementSibling;
      item.remove();
      (place?.querySelector("a") ?? document.querySelector("#prompt")).focus();
      this.#root.hidden = this.#list.childElementCount === 0;
      this.offerUndo(film);
    });
  }

  /** Says that a film is deleted, and brings it back if that was a mistake. */
  offerUndo(film) {
    note(`“${titleOf(film)}” is deleted.`, {
      words: "Bring it back",
      run: () => attempt(async () => {
        await api.restoreFilm(film.id);
        await this.refresh();
        note("It is back.");
      }),
    });
  }
}

const PEN = "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3";
const BIN = "M5 7h14M10 7V4h4v3M7 7l1 13h8l1-13";

async function attempt(action) {
  try {
    await action();
  } catch (error) {
    if (!(error instanceof api.Problem)) throw error;
    note(error.message);
  }
}

function button(name, path, film, run) {
  const made = document.createElement("button");
  made.type = "button";
  made.setAttribute("aria-label", `${name} “${titleOf(film)}”`);
  made.title = name;
  const icon = document.querySelector("#theme svg").cloneNode(false);
  const line = document.createElementNS(icon.namespaceURI, "path");
  line.setAttribute("d", path);
  icon.append(line);
  made.append(icon);
  made.addEventListener("click", run);
  return made;
}

function poster(film) {
  const blank = document.createElement("div");
  blank.className = "blank";
  if (film.framesDone === 0) return blank;
  const image = document.createElement("img");
  image.src = film.links.poster;
  image.alt = "";
  image.loading = "lazy";
  image.addEventListener("error", () => image.replaceWith(blank), { once: true });
  return image;
}
