// A sentence that was planned, opened where it stands: other words, another moment, another way to come in.

import { chunkOf, firstFrame } from "./chunks.js";
import { openBeside } from "./popovers.js";
import { clock } from "./words.js";

/**
 * Fires "change" (detail: {was, frame, prompt, transition}; `was` is the frame that the sentence had, undefined for a
 * new one) and "remove" (detail: its frame).
 */
export class Editor extends EventTarget {
  #panel;
  #film;
  #was;
  #frame;
  #bounds;

  /** `panel` is a popover with a form. Listens until `signal` is aborted. */
  constructor(panel, signal) {
    super();
    this.#panel = panel;
    const on = (selector, type, handler) => this.#find(selector).addEventListener(type, handler, { signal });
    on("form", "submit", (event) => {
      event.preventDefault();
      this.#done();
    });
    on("textarea", "keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#find("form").requestSubmit();
    });
    on(".earlier", "click", () => this.#shift(-1));
    on(".later", "click", () => this.#shift(1));
    on(".remove", "click", () => {
      this.close();
      this.#tell("remove", this.#was);
    });
    signal.addEventListener("abort", () => this.close());
  }

  /** Opens the sentence that begins at `line.frame`, or a new one; `bounds`: {first, last}, frames it may begin at. */
  open(film, line, bounds, anchor, isNew) {
    this.#film = film;
    this.#was = isNew ? undefined : line.frame;
    this.#frame = line.frame;
    this.#bounds = bounds;
    this.#find("textarea").value = line.prompt;
    this.#find("select").value = String(line.transition ?? 1);
    if (this.#find("select").selectedIndex < 0) {
      this.#find("select").add(new Option(`over ${line.transition} chunks`, line.transition, true, true));
    }
    this.#find(".remove").hidden = isNew || line.frame === 0;
    this.#find(".problem").textContent = "";
    this.#layMoment();
    openBeside(this.#panel, anchor);
    this.#find("textarea").focus();
  }

  complain(text) {
    this.#find(".problem").textContent = text;
  }

  close() {
    if (this.#panel.matches(":popover-open")) this.#panel.hidePopover();
  }

  #find(selector) {
    return this.#panel.querySelector(selector);
  }

  #shift(chunks) {
    this.#frame = firstFrame(this.#film, chunkOf(this.#film, this.#frame) + chunks);
    this.#layMoment();
  }

  #layMoment() {
    const { first, last } = this.#bounds;
    this.#frame = Math.max(first, Math.min(last, this.#frame));
    this.#find(".moment").textContent = `from ${clock(this.#frame / this.#film.fps)}`;
    this.#find(".earlier").disabled = this.#frame <= first;
    this.#find(".later").disabled = this.#frame >= last;
  }

  #done() {
    const prompt = this.#find("textarea").value.trim();
    if (!prompt) {
      this.complain("Write what is to happen.");
      return this.#find("textarea").focus();
    }
    const transition = Number(this.#find("select").value);
    return this.#tell("change", { was: this.#was, frame: this.#frame, prompt, transition });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
