// The films made in this browser, newest first.

import { listFilms } from "./api.js";
import { clock, stateWords } from "./words.js";

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

  async #load(before) {
    const { films, next } = await listFilms(before);
    const list = this.#root.querySelector("#films");
    if (!before) list.replaceChildren();
    list.append(...films.map(card));
    this.#next = next;
    this.#more.hidden = !next;
    this.#root.hidden = list.childElementCount === 0;
  }
}

function card(film) {
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = film.links.page;
  link.style.setProperty("--ratio", String(film.width / film.height));
  const words = document.createElement("strong");
  words.textContent = film.prompt;
  const facts = document.createElement("small");
  const length = clock(film.framesDone / film.fps);
  facts.textContent = film.state === "finished" ? length : `${length} · ${stateWords(film)}`;
  link.append(poster(film), words, facts);
  item.append(link);
  return item;
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
