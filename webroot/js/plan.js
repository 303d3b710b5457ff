// What is to happen later, planned on the desk before the film begins: a sentence a line, and a bar that shows when
// each begins.

import { chunkOf, firstFrame } from "./chunks.js";
import { Segments } from "./segments.js";
import { clock } from "./words.js";

const MARGIN = 5; // chunks that an endless film shows beyond its last planned change

export class Plan {
  #form;
  #pack;
  #frames;
  #segments;
  #lines = []; // {frame, field, item}
  #count = 0;

  /** `frames` tells how long the film is to be: a number, "endless", or undefined where that is not known. */
  constructor(form, pack, frames) {
    this.#form = form;
    this.#pack = pack;
    this.#frames = frames;
    this.#segments = new Segments(this.#bar.querySelector(".segments"));
    this.#segments.addEventListener("move", ({ detail: { index, frame } }) => {
      this.#lines[index - 1].frame = frame;
      this.lay();
    });
    this.#segments.addEventListener("edit", ({ detail: { index } }) =>
      (index === 0 ? form.querySelector("#prompt") : this.#lines[index - 1].field).focus());
    this.#segments.addEventListener("add", ({ detail: { frame } }) => this.#add(frame));
    form.querySelector("#plan-more").addEventListener("click", () => this.#add());
    new ResizeObserver(() => this.lay()).observe(form);
  }

  /** Later sentences as the API takes them; lines without words are left out. */
  get timeline() {
    return this.#lines
      .map(({ frame, field }) => ({ frame, prompt: field.value.trim() }))
      .filter(({ prompt }) => prompt);
  }

  clear() {
    this.#lines = [];
    this.#form.querySelector("#plan").replaceChildren();
    this.lay();
  }

  lay() {
    this.#bar.hidden = this.#lines.length === 0;
    const more = this.#form.querySelector("#plan-more");
    more.hidden = this.#room === undefined;
    if (this.#bar.hidden) return;
    this.#squeeze();
    this.#lines.sort((a, b) => a.frame - b.frame);
    const { fps } = this.#pack;
    for (const { frame, item } of this.#lines) item.querySelector("label").textContent = `and then, at ${clock(frame / fps)} …`;
    const first = this.#form.querySelector("#prompt").value.trim() || "…";
    const timeline = [
      { frame: 0, prompt: first },
      ...this.#lines.map(({ frame, field }) => ({ frame, prompt: field.value.trim() || "…" })),
    ];
    const length = this.#length;
    const plan = { ...this.#pack, timeline, length, open: 0, editable: true };
    this.#segments.show(plan, this.#bar.clientWidth / length);
  }

  get #bar() {
    return this.#form.querySelector("#plan-bar");
  }

  /** Frames that the bar shows. */
  get #length() {
    const frames = this.#frames();
    if (Number.isInteger(frames)) return frames;
    const last = chunkOf(this.#pack, this.#lines.at(-1)?.frame ?? 0);
    return firstFrame(this.#pack, last + 1 + MARGIN);
  }

  get #lastChunk() {
    return chunkOf(this.#pack, this.#length - 1);
  }

  /** The first frame of a chunk in the middle of what the last sentence has for itself; undefined if it has but one. */
  get #room() {
    const from = chunkOf(this.#pack, this.#lines.at(-1)?.frame ?? 0) + 1;
    return from > this.#lastChunk ? undefined : firstFrame(this.#pack, Math.ceil((from + this.#lastChunk) / 2));
  }

  /** A film that became shorter has its changes closer together. */
  #squeeze() {
    const most = this.#lastChunk;
    while (this.#lines.length > most) this.#lines.pop().item.remove();
    this.#lines.forEach((line, index) => {
      const last = most - (this.#lines.length - 1 - index);
      line.frame = firstFrame(this.#pack, Math.min(chunkOf(this.#pack, line.frame), last));
    });
  }

  #add(frame = this.#room) {
    if (frame === undefined) return;
    const item = document.createElement("li");
    const label = document.createElement("label");
    const field = document.createElement("textarea");
    field.className = "line";
    field.rows = 1;
    field.id = `plan-${++this.#count}`;
    field.placeholder = "now the sun rises";
    field.maxLength = 500;
    label.htmlFor = field.id;
    const out = document.createElement("button");
    out.type = "button";
    out.className = "quiet";
    out.textContent = "×";
    out.setAttribute("aria-label", "Take this change out");
    const line = { frame, field, item };
    field.addEventListener("input", () => this.lay());
    field.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.#form.requestSubmit();
      } else if (event.key === "Backspace" && !field.value) {
        event.preventDefault();
        this.#remove(line);
      }
    });
    out.addEventListener("click", () => this.#remove(line));
    item.append(label, field, out);
    this.#lines.push(line);
    this.#form.querySelector("#plan").append(item);
    this.lay();
    field.focus();
  }

  #remove(line) {
    line.item.remove();
    this.#lines = this.#lines.filter((other) => other !== line);
    this.lay();
    (this.#lines.at(-1)?.field ?? this.#form.querySelector("#prompt")).focus();
  }
}
