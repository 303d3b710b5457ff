// The strip of film under the screen: every chunk a cell, in pictures where it is made, in the developing bath where it
// is being made, empty where it is to come. It is also the slider that moves through the film. Above it lie the
// sentences. However long the film is, only the cells in sight exist.

import { chunkOf, firstFrame, isOpen, isSharp, lengthOf, openFrame, stateOf } from "./chunks.js";
import { Segments } from "./segments.js";
import { clock } from "./words.js";

const NARROWEST = 46; // pixels of a chunk
const MARGIN = 400;

/**
 * Fires "seek" (detail: seconds), "edit" (detail: {index, anchor}), "add" (detail: {frame, anchor}) and "move" (detail:
 * {index, frame}).
 */
export class Strip extends EventTarget {
  #root;
  #scroller;
  #reel;
  #cellsRoot;
  #slider;
  #playhead;
  #cut;
  #sharp;
  #segments;
  #film;
  #editable;
  #time = 0;
  #cells = new Map();
  #preview;
  #cutFrame;
  #following = true;

  /** `root` holds the timeline; `editable` if its maker looks at it. Listens until `signal` is aborted. */
  constructor(root, film, { editable = false, signal }) {
    super();
    this.#root = root;
    this.#film = film;
    this.#editable = editable;
    this.#scroller = root.querySelector(".scroller");
    this.#reel = root.querySelector(".reel");
    this.#slider = root.querySelector("#strip");
    this.#cellsRoot = root.querySelector(".cells");
    this.#playhead = root.querySelector(".playhead");
    this.#cut = root.querySelector(".cut");
    this.#sharp = root.querySelector(".sharp");
    this.#cellsRoot.replaceChildren();
    const list = root.querySelector(".segments");
    list.replaceChildren();
    this.#segments = new Segments(list);
    this.#segments.addEventListener("seek", ({ detail }) => this.#tell("seek", detail / film.fps));
    for (const type of ["edit", "add", "move"]) {
      this.#segments.addEventListener(type, ({ detail }) => this.#tell(type, detail));
    }
    const size = new ResizeObserver(() => this.#lay());
    size.observe(this.#scroller);
    signal.addEventListener("abort", () => size.disconnect());
    this.#listen(signal);
    this.#lay();
  }

  set film(film) {
    this.#film = film;
    if (this.#preview && this.#preview.chunk < film.chunksDone) this.#preview = undefined;
    this.#lay();
  }

  set time(seconds) {
    if (seconds === this.#time) return;
    const moved = chunkOf(this.#film, seconds * this.#film.fps) !== chunkOf(this.#film, this.#time * this.#film.fps);
    this.#time = seconds;
    this.#layTime(moved);
  }

  /** The frame before which a new take would begin; undefined for none. */
  set cut(frame) {
    if (frame === this.#cutFrame) return;
    this.#cutFrame = frame;
    this.#layCut();
  }

  /** The picture that is being made. */
  preview(chunk, image) {
    this.#preview = { chunk, image };
    this.#layCells();
  }

  get #length() {
    return lengthOf(this.#film);
  }

  get #scale() {
    return Math.max(NARROWEST / this.#film.chunkStep, this.#scroller.clientWidth / this.#length);
  }

  #lay() {
    const film = this.#film;
    if (!this.#scroller.clientWidth) return;
    const width = this.#length * this.#scale;
    this.#reel.style.width = `${width}px`;
    const editable = this.#editable && isOpen(film);
    const plan = { ...film, length: this.#length, open: openFrame(film), editable };
    this.#segments.show(plan, this.#scale);
    this.#layCells();
    this.#layTime(false);
    this.#layCut();
    this.#laySharp();
  }

  /** How far the film is sharpened. */
  #laySharp() {
    const { enhancement, framesDone } = this.#film;
    this.#sharp.hidden = !enhancement;
    this.#sharp.style.width = `${Math.min(enhancement?.frames ?? 0, framesDone) * this.#scale}px`;
  }

  #layCells() {
    const film = this.#film;
    const scale = this.#scale;
    const left = this.#scroller.scrollLeft - MARGIN;
    const right = left + this.#scroller.clientWidth + 2 * MARGIN;
    const last = chunkOf(film, this.#length - 1);
    const from = Math.max(0, chunkOf(film, Math.max(0, left / scale)));
    const to = Math.min(last, chunkOf(film, Math.max(0, right / scale)));
    for (const [chunk, cell] of this.#cells) {
      if (chunk >= from && chunk <= to) continue;
      cell.remove();
      this.#cells.delete(chunk);
    }
    const playing = this.#playing;
    for (let chunk = from; chunk <= to; chunk++) {
      const cell = this.#cells.get(chunk) ?? this.#newCell(chunk);
      const start = firstFrame(film, chunk);
      const end = Math.min(firstFrame(film, chunk + 1), this.#length);
      cell.style.left = `${start * scale}px`;
      cell.style.width = `${(end - start) * scale}px`;
      cell.dataset.state = stateOf(film, chunk);
      cell.toggleAttribute("data-playing", chunk === playing);
      this.#paint(cell, chunk, Math.min(end, film.framesDone) - start);
    }
  }

  #newCell(chunk) {
    const cell = document.createElement("div");
    cell.className = "cell";
    this.#cells.set(chunk, cell);
    this.#cellsRoot.append(cell);
    return cell;
  }

  /** A chunk that was shown in part shows more of itself once the film is made longer: so does its picture. And one
   *  that is sharpened has a sharper one. */
  #paint(cell, chunk, shown) {
    const film = this.#film;
    if (shown > 0) {
      cell.querySelector("canvas")?.remove();
      const looks = isSharp(film, chunk) ? `${shown}s` : shown;
      const wanted = film.links.stills ? `${film.id}/${looks}` : "";
      if (cell.dataset.still === wanted || !wanted) return;
      cell.dataset.still = wanted;
      this.#picture(cell, `${film.links.stills.replace("{chunk}", chunk)}?shown=${looks}`);
    } else {
      if (cell.dataset.still) {
        delete cell.dataset.still;
        cell.style.backgroundImage = "";
      }
      if (this.#preview?.chunk === chunk) this.#develop(cell, this.#preview.image);
      else cell.querySelector("canvas")?.remove();
    }
  }

  /** A picture that is there stays until the new one has come. */
  async #picture(cell, address) {
    const { still } = cell.dataset;
    if (cell.style.backgroundImage) {
      const image = new Image();
      image.src = address;
      await image.decode().catch(() => {});
    }
    if (cell.dataset.still === still) cell.style.backgroundImage = `url("${address}")`;
  }

  #develop(cell, image) {
    const canvas = cell.querySelector("canvas") ?? cell.appendChild(document.createElement("canvas"));
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
  }

  get #playing() {
    const film = this.#film;
    return Math.min(chunkOf(film, this.#time * film.fps + 0.01), chunkOf(film, Math.max(0, film.framesDone - 1)));
  }

  #layTime(moved) {
    const film = this.#film;
    const frame = this.#time * film.fps;
    const x = frame * this.#scale;
    this.#playhead.style.translate = `${x}px 0`;
    const slider = this.#slider;
    const playing = this.#playing;
    const words = film.timeline.findLast((line) => line.frame <= frame + 0.01)?.prompt;
    slider.setAttribute("aria-valuemax", (film.framesDone / film.fps).toFixed(1));
    slider.setAttribute("aria-valuenow", Math.min(this.#time, film.framesDone / film.fps).toFixed(1));
    slider.setAttribute("aria-valuetext", `${clock(this.#time)} of ${clock(film.framesDone / film.fps)}${words ? `, ${words}` : ""}`);
    for (const [chunk, cell] of this.#cells) cell.toggleAttribute("data-playing", film.framesDone > 0 && chunk === playing);
    this.#segments.mark(film.timeline.findLastIndex((line) => line.frame <= frame + 0.01));
    if (moved && this.#following) this.#follow(x);
  }

  /** Keeps what is playing in sight, unless somebody looks elsewhere. */
  #follow(x) {
    const { scrollLeft, clientWidth } = this.#scroller;
    if (x < scrollLeft || x > scrollLeft + clientWidth * 0.85) this.#scroller.scrollLeft = x - clientWidth * 0.3;
  }

  #layCut() {
    this.#cut.hidden = this.#cutFrame === undefined;
    if (this.#cutFrame !== undefined) this.#cut.style.translate = `${this.#cutFrame * this.#scale}px 0`;
  }

  #listen(signal) {
    const slider = this.#slider;
    const on = (type, handler) => slider.addEventListener(type, handler, { signal });
    const frameAt = (event) => (event.clientX - this.#reel.getBoundingClientRect().left) / this.#scale;
    const go = (frame) => {
      this.#following = true;
      this.#tell("seek", Math.max(0, frame) / this.#film.fps);
    };
    let scrubbing = false;
    on("pointerdown", (event) => {
      scrubbing = false;
      // A finger moves the strip itself; where it only taps, a click follows.
      if (event.button !== 0 || event.pointerType === "touch") return;
      const frame = frameAt(event);
      scrubbing = frame < this.#film.framesDone;
      if (!scrubbing) return;
      slider.setPointerCapture(event.pointerId);
      go(frame);
    });
    on("pointermove", (event) => {
      if (scrubbing && slider.hasPointerCapture(event.pointerId)) go(frameAt(event));
    });
    on("click", (event) => {
      const frame = frameAt(event);
      if (scrubbing) return;
      if (frame < this.#film.framesDone) return go(frame);
      if (!this.#editable || !isOpen(this.#film)) return;
      const chunk = chunkOf(this.#film, frame);
      const begin = firstFrame(this.#film, chunk);
      if (begin < openFrame(this.#film) || begin >= this.#length) return;
      const index = this.#film.timeline.findIndex((line) => line.frame === begin);
      const anchor = this.#cells.get(chunk) ?? slider;
      if (index >= 0) this.#tell("edit", { index, anchor });
      else this.#tell("add", { frame: begin, anchor });
    });
    on("keydown", (event) => {
      const second = this.#film.fps;
      const frame = this.#time * this.#film.fps;
      const chunk = chunkOf(this.#film, frame + 0.01);
      const to = {
        ArrowLeft: frame - second,
        ArrowDown: frame - second,
        ArrowRight: frame + second,
        ArrowUp: frame + second,
        PageDown: firstFrame(this.#film, chunk - 1),
        PageUp: firstFrame(this.#film, chunk + 1),
        Home: 0,
        End: Infinity,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      go(to);
    });
    this.#scroller.addEventListener("scroll", () => this.#layCells(), { signal, passive: true });
    // A pointer is cancelled when its finger begins to move the strip.
    for (const type of ["wheel", "pointercancel"]) {
      this.#scroller.addEventListener(type, () => (this.#following = false), { signal, passive: true });
    }
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
