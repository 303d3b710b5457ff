// The panel with a film's links: what each lets people do, for how long, and how many looked.

import * as api from "./api.js";
import { note } from "./note.js";

const DAY = 86400;
const SPANS = [["for ever", ""], ["for a day", DAY], ["for a week", 7 * DAY], ["for 30 days", 30 * DAY]];

export class Sharing {
  #panel;
  #film;

  /** `panel` is a popover. Listens until `signal` is aborted. */
  constructor(panel, film, signal) {
    this.#panel = panel;
    this.#film = film;
    this.#find("#share-links").replaceChildren();
    this.#find("#another-link").addEventListener("click", () => this.#try(() => this.#create()), { signal });
  }

  /** Shows the links there are; where there are none, makes one. */
  refresh() {
    return this.#try(async () => {
      const links = await api.listShares(this.#film.id);
      this.#find("#share-links").replaceChildren(...links.filter((link) => !link.expired).map((link) => this.#item(link)));
      if (!this.#find("#share-links").childElementCount) await this.#create();
    });
  }

  #find(selector) {
    return this.#panel.querySelector(selector);
  }

  async #create() {
    const item = this.#item(await api.shareFilm(this.#film.id));
    this.#find("#share-links").prepend(item);
    item.querySelector(".link").select();
  }

  #item(link) {
    const item = document.querySelector("#share-item").content.cloneNode(true).firstElementChild;
    const find = (selector) => item.querySelector(selector);
    find(".link").value = link.url;
    find(".copy").addEventListener("click", () => copy(find(".link")));
    find(".visit").href = link.url;
    find(".revoke").addEventListener("click", () => this.#try(async () => {
      await api.unshareFilm(link.token);
      item.remove();
      note("The link no longer works.");
    }));
    for (const [words, seconds] of SPANS) find(".expiry").add(new Option(words, seconds));
    this.#lay(item, link);
    const change = (terms) => this.#try(async () => this.#lay(item, await api.changeShare(link.token, terms)), () => this.#lay(item, link));
    // A film that goes on in somebody else's hands takes its sentences along.
    find(".prompts").addEventListener("change", ({ target }) =>
      change(target.checked ? { prompts: true } : { prompts: false, remix: false }));
    find(".remix").addEventListener("change", ({ target }) =>
      change(target.checked ? { prompts: true, remix: true } : { remix: false }));
    find(".downloads").addEventListener("change", ({ target }) => change({ downloads: target.checked }));
    find(".expiry").addEventListener("change", ({ target }) =>
      change(target.value ? { expiresIn: Number(target.value) } : { expiresAt: null }));
    return item;
  }

  #lay(item, link) {
    for (const term of ["prompts", "remix", "downloads"]) item.querySelector(`.${term}`).checked = link[term];
    const until = link.expiresAt ? new Date(link.expiresAt).toLocaleString([], { dateStyle: "medium", timeStyle: "short" }) : "";
    const expiry = item.querySelector(".expiry");
    expiry.querySelector("[data-until]")?.remove();
    if (until) {
      const option = new Option(`until ${until}`, "until", true, true);
      option.dataset.until = "";
      option.disabled = true;
      expiry.add(option);
    } else {
      expiry.value = "";
    }
    const views = link.views ?? 0;
    item.querySelector(".views").textContent =
      views === 0 ? "Nobody looked yet." : views === 1 ? "One person looked." : `${views} people looked.`;
  }

  async #try(action, undo = () => {}) {
    this.#find(".problem").textContent = "";
    try {
      await action();
    } catch (error) {
      if (!(error instanceof api.Problem)) throw error;
      undo();
      this.#find(".problem").textContent = error.message;
    }
  }
}

async function copy(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    note("The link is in your clipboard.");
  } catch {
    field.focus(); // no clipboard without HTTPS: the link is selected, ready for Ctrl+C
    field.select();
  }
}
