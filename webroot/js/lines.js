// The script: every sentence of the film with the time from which it acts. Clicking one goes there.

import { clock } from "./words.js";

/** Fires "seek" (detail: seconds). */
export class Lines extends EventTarget {
  #list;
  #timeline = [];
  #items = [];
  #current;

  constructor(list) {
    super();
    this.#list = list;
  }

  /** Shows the film's sentences at `seconds` of the film. */
  update(film, seconds) {
    if (JSON.stringify(film.timeline) !== JSON.stringify(this.#timeline)) this.#write(film);
    const frame = seconds * film.fps;
    const current = film.timeline.findLastIndex((line) => line.frame <= frame + 0.01);
    film.timeline.forEach((line, i) => this.#items[i].toggleAttribute("data-coming", line.frame >= film.framesDone && i > 0));
    if (current === this.#current) return;
    this.#items[this.#current]?.removeAttribute("aria-current");
    this.#items[current]?.setAttribute("aria-current", "true");
    this.#current = current;
    this.#show(this.#items[current]);
  }

  #write(film) {
    const grown = this.#timeline.length > 0 && film.timeline.length > this.#timeline.length;
    this.#timeline = film.timeline;
    this.#current = undefined;
    this.#items = film.timeline.map((line) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      const time = document.createElement("time");
      time.textContent = clock(line.frame / film.fps);
      const words = document.createElement("span");
      words.textContent = line.prompt;
      button.append(time, words);
      button.addEventListener("click", () => {
        this.dispatchEvent(new CustomEvent("seek", { detail: line.frame / film.fps }));
      });
      item.append(button);
      return item;
    });
    this.#list.replaceChildren(...this.#items);
    if (grown) this.#show(this.#items.at(-1));
  }

  /** Scrolls only the list, never the page. */
  #show(item) {
    if (!item) return;
    const { offsetTop, offsetHeight } = item;
    const list = this.#list;
    const top = offsetTop - list.offsetTop;
    if (top < list.scrollTop) list.scrollTop = top;
    else if (top + offsetHeight > list.scrollTop + list.clientHeight) list.scrollTop = top + offsetHeight - list.clientHeight;
  }
}
