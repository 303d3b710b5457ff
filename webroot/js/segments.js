// The sentences of a film as segments of its length. Those that nothing was made of yet can be opened, and their
// borders moved: by pointer, by touch, by arrow keys, always from chunk to chunk.

import { chunkOf, firstFrame, nearestBorder } from "./chunks.js";
import { clock } from "./words.js";

/**
 * Fires "seek" (detail: frame), "edit" (detail: {index, anchor}), "add" (detail: {frame, anchor}) and "move"
 * (detail: {index, frame}).
 */
export class Segments extends EventTarget {
  #list;
  #plan;
  #scale = 1;
  #written = "";
  #dragged;
  #focus;

  /** `list` is an empty ordered list. */
  constructor(list) {
    super();
    this.#list = list;
  }

  /**
   * `plan`: {timeline, fps, chunkFrames, chunkStep, length, open, editable}, frames all of them but fps; `open` is the
   * first frame that can still be changed. `scale` is in pixels a frame.
   */
  show(plan, scale) {
    this.#plan = plan;
    this.#scale = scale;
    const { timeline, length, open, editable, fps } = plan;
    const written = JSON.stringify([timeline, length, open, editable, fps]);
    if (written !== this.#written && this.#dragged === undefined) {
      this.#written = written;
      this.#write();
    }
    this.#lay();
  }

  /** Marks the segment that is playing; -1 for none. */
  mark(current) {
    [...this.#list.children].forEach((item, index) => {
      if ((item.getAttribute("aria-current") === "true") === (index === current)) return;
      if (index === current) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
  }

  #write() {
    const held = [...this.#list.children].findIndex((item) => item.contains(document.activeElement));
    const role = document.activeElement?.className;
    this.#list.replaceChildren(...this.#plan.timeline.map((line, index) => this.#item(line, index)));
    const again = this.#focus ?? (held >= 0 ? { index: held, role } : undefined);
    this.#focus = undefined;
    if (again) this.#list.children[again.index]?.querySelector(`.${again.role}`)?.focus({ preventScroll: true });
  }

  #item(line, index) {
    const { editable, open, fps } = this.#plan;
    const planned = editable && line.frame >= open;
    const item = document.createElement("li");
    item.className = "segment";
    item.toggleAttribute("data-planned", planned);
    const words = document.createElement("button");
    words.type = "button";
    words.className = "words";
    words.textContent = line.prompt;
    words.title = `${clock(line.frame / fps)}  ${line.prompt}`;
    if (planned) words.setAttribute("aria-haspopup", "dialog");
    words.addEventListener("click", () => {
      if (planned) this.#tell("edit", { index, anchor: words });
      else this.#tell("seek", line.frame);
    });
    item.append(words);
    if (planned && index > 0) item.prepend(this.#handle(index));
    if (index === this.#plan.timeline.length - 1 && this.#room(index) !== undefined) item.append(this.#adder(index));
    return item;
  }

  #handle(index) {
    const handle = document.createElement("span");
    handle.className = "border";
    handle.tabIndex = 0;
    handle.setAttribute("role", "slider");
    handle.setAttribute("aria-orientation", "horizontal");
    handle.setAttribute("aria-label", `When “${this.#plan.timeline[index].prompt}” begins`);
    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      event.stopPropagation();
      handle.focus({ preventScroll: true });
      handle.setPointerCapture(event.pointerId);
      this.#dragged = { index, frame: this.#plan.timeline[index].frame };
    });
    handle.addEventListener("pointermove", (event) => {
      if (this.#dragged === undefined) return;
      const x = event.clientX - this.#list.getBoundingClientRect().left;
      this.#dragged.frame = this.#within(index, nearestBorder(this.#plan, x / this.#scale));
      this.#lay();
    });
    handle.addEventListener("pointerup", () => this.#drop());
    handle.addEventListener("pointercancel", () => {
      this.#dragged = undefined;
      this.#lay();
    });
    handle.addEventListener("keydown", (event) => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -4, PageUp: 4 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      const { frame } = this.#plan.timeline[index];
      this.#dragged = { index, frame: this.#within(index, firstFrame(this.#plan, chunkOf(this.#plan, frame) + by)) };
      this.#drop();
    });
    return handle;
  }

  #adder(index) {
    const add = document.createElement("button");
    add.type = "button";
    add.className = "add";
    add.setAttribute("aria-label", "Add a change");
    add.textContent = "+";
    add.addEventListener("click", () => this.#tell("add", { frame: this.#room(index), anchor: add }));
    return add;
  }

  /** A frame in the middle of the last segment where another could begin; undefined if it is too short. */
  #room(index) {
    const { open, length, editable, timeline } = this.#plan;
    if (!editable) return undefined;
    const first = Math.max(chunkOf(this.#plan, open), chunkOf(this.#plan, timeline[index].frame) + 1);
    const last = chunkOf(this.#plan, length - 1);
    return first > last ? undefined : firstFrame(this.#plan, Math.ceil((first + last) / 2));
  }

  /** Where a border may be: past the one before it, before the one after it, never where something is made. */
  #within(index, frame) {
    const { timeline, open, length } = this.#plan;
    const first = Math.max(chunkOf(this.#plan, open), chunkOf(this.#plan, timeline[index - 1].frame) + 1);
    const end = timeline[index + 1] ? chunkOf(this.#plan, timeline[index + 1].frame) : chunkOf(this.#plan, length - 1) + 1;
    return firstFrame(this.#plan, Math.max(first, Math.min(end - 1, chunkOf(this.#plan, frame))));
  }

  #drop() {
    const dragged = this.#dragged;
    this.#dragged = undefined;
    if (!dragged || dragged.frame === this.#plan.timeline[dragged.index].frame) return this.#lay();
    this.#focus = { index: dragged.index, role: "border" };
    this.#tell("move", dragged);
  }

  #lay() {
    const { timeline, length, fps } = this.#plan;
    const from = (index) => (this.#dragged?.index === index ? this.#dragged.frame : (timeline[index]?.frame ?? length));
    [...this.#list.children].forEach((item, index) => {
      item.style.left = `${from(index) * this.#scale}px`;
      item.style.width = `${Math.max(0, Math.min(from(index + 1), length) - from(index)) * this.#scale}px`;
      const handle = item.querySelector(".border");
      if (!handle) return;
      handle.setAttribute("aria-valuemin", String(this.#within(index, 0)));
      handle.setAttribute("aria-valuemax", String(this.#within(index, length)));
      handle.setAttribute("aria-valuenow", String(from(index)));
      handle.setAttribute("aria-valuetext", clock(from(index) / fps));
    });
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
