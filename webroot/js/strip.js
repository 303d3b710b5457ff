// The strip of film under the screen: what is made in pictures, what is being made in the developing bath, what is
// to come as empty frames. It is also the slider that moves through the film.

import { clock } from "./words.js";

const GAP = 4;
const ROUND = 5;
const MARK = 12;

/** Fires "seek" (detail: seconds). */
export class Strip extends EventTarget {
  #root;
  #canvas;
  #pen;
  #film;
  #thumbs;
  #time = 0;
  #hover;
  #preview;
  #drawing = false;

  /** Listens until `signal` is aborted. */
  constructor(root, film, thumbs, signal) {
    super();
    this.#root = root;
    this.#canvas = root.querySelector("canvas");
    this.#pen = this.#canvas.getContext("2d");
    this.#film = film;
    this.#thumbs = thumbs;
    thumbs.addEventListener("thumb", () => this.#draw());
    const size = new ResizeObserver(() => this.#changed());
    size.observe(root);
    signal.addEventListener("abort", () => size.disconnect());
    this.#listen(signal);
  }

  set film(film) {
    this.#film = film;
    if (this.#preview && this.#preview.frame < film.framesDone) this.#preview = undefined;
    this.#changed();
  }

  set time(seconds) {
    this.#time = seconds;
    const film = this.#film;
    this.#root.setAttribute("aria-valuemax", (film.framesDone / film.fps).toFixed(1));
    this.#root.setAttribute("aria-valuenow", seconds.toFixed(1));
    this.#root.setAttribute("aria-valuetext", `${clock(seconds)} of ${clock(film.framesDone / film.fps)}`);
    this.#draw();
  }

  /** The picture that is being made: an image for a frame of the film. */
  preview(frame, image) {
    this.#preview = { frame, image };
    this.#draw();
  }

  get #length() {
    const { frames, framesDone } = this.#film;
    return this.#active || framesDone === 0 ? frames : framesDone;
  }

  get #active() {
    return this.#film.state === "queued" || this.#film.state === "running";
  }

  get #cells() {
    const width = this.#canvas.clientWidth;
    const height = this.#canvas.clientHeight - MARK;
    const ideal = height * (this.#film.width / this.#film.height) + GAP;
    const count = Math.max(1, Math.min(Math.round(width / ideal), this.#length));
    return { count, width, height, each: width / count, frames: this.#length / count };
  }

  #changed() {
    const { count, frames } = this.#cells;
    const wanted = [];
    for (let i = 0; i < count; i++) {
      const frame = Math.floor((i + 0.5) * frames);
      if (frame < this.#film.framesDone) wanted.push(frame);
      else if (i * frames < this.#film.framesDone) wanted.push(this.#film.framesDone - 1);
    }
    this.#thumbs.want(wanted);
    this.#draw();
  }

  #draw() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#paint();
    });
  }

  #paint() {
    const cells = this.#cells;
    if (!cells.width) return;
    const ratio = devicePixelRatio;
    const pen = this.#pen;
    this.#canvas.width = Math.round(cells.width * ratio);
    this.#canvas.height = Math.round((cells.height + MARK) * ratio);
    pen.scale(ratio, ratio);
    const style = getComputedStyle(this.#root);
    for (let i = 0; i < cells.count; i++) this.#paintCell(i, cells, style.color);
    this.#paintMarks(cells, style.accentColor);
    const x = (frame) => (frame / this.#length) * cells.width;
    if (this.#hover !== undefined) this.#paintLine(this.#hover, cells, style.color, 0.5);
    this.#paintLine(x(this.#time * this.#film.fps), cells, style.accentColor, 1);
  }

  #paintCell(index, cells, ink) {
    const pen = this.#pen;
    const film = this.#film;
    const left = index * cells.each + GAP / 2;
    const width = cells.each - GAP;
    const from = index * cells.frames;
    const to = from + cells.frames;
    const done = Math.max(0, Math.min(1, (film.framesDone - from) / cells.frames));
    const developing = this.#preview && this.#preview.frame >= from && this.#preview.frame < to;
    const middle = Math.min(Math.floor(from + cells.frames / 2), film.framesDone - 1);
    const picture = done > 0 ? this.#thumbs.near(middle, Math.ceil(cells.frames)) : undefined;
    pen.save();
    pen.beginPath();
    pen.roundRect(left, 0, width, cells.height, ROUND);
    pen.fillStyle = ink;
    pen.globalAlpha = 0.08;
    pen.fill();
    pen.clip();
    pen.globalAlpha = 1;
    if (developing) this.#cover(this.#preview.image, left, width, cells.height);
    if (picture) {
      pen.save();
      pen.beginPath();
      pen.rect(left, 0, width * done, cells.height);
      pen.clip();
      pen.imageSmoothingQuality = "high";
      this.#cover(picture, left, width, cells.height);
      pen.restore();
    }
    pen.restore();
  }

  /** Draws an image so that it fills the cell; what is too much is cut. */
  #cover(image, left, width, height) {
    const scale = Math.max(width / image.width, height / image.height);
    const w = image.width * scale;
    const h = image.height * scale;
    this.#pen.drawImage(image, left + (width - w) / 2, (height - h) / 2, w, h);
  }

  #paintMarks(cells, colour) {
    const pen = this.#pen;
    pen.fillStyle = colour;
    for (const { frame } of this.#film.timeline) {
      if (frame === 0 || frame >= this.#length) continue;
      const x = (frame / this.#length) * cells.width;
      pen.beginPath();
      pen.moveTo(x, cells.height + 3);
      pen.lineTo(x + 4.5, cells.height + MARK - 1);
      pen.lineTo(x - 4.5, cells.height + MARK - 1);
      pen.fill();
    }
  }

  #paintLine(x, cells, colour, alpha) {
    const pen = this.#pen;
    pen.globalAlpha = alpha;
    pen.fillStyle = colour;
    pen.beginPath();
    pen.roundRect(Math.max(0, Math.min(cells.width - 3, x - 1.5)), 0, 3, cells.height, 1.5);
    pen.fill();
    pen.globalAlpha = 1;
  }

  #listen(signal) {
    document.addEventListener("click", () => this.#draw(), { signal }); // it may have changed the theme
    const on = (type, handler) => this.#root.addEventListener(type, handler, { signal });
    const at = (event) => event.clientX - this.#canvas.getBoundingClientRect().left;
    const go = (event) => this.#seek(((at(event) / this.#canvas.clientWidth) * this.#length) / this.#film.fps);
    on("pointerdown", (event) => {
      this.#root.setPointerCapture(event.pointerId);
      go(event);
    });
    on("pointermove", (event) => {
      this.#hover = event.pointerType === "mouse" ? at(event) : undefined;
      if (this.#root.hasPointerCapture(event.pointerId)) go(event);
      this.#draw();
    });
    on("pointerleave", () => {
      this.#hover = undefined;
      this.#draw();
    });
    on("keydown", (event) => {
      const to = {
        ArrowLeft: this.#time - 1,
        ArrowDown: this.#time - 1,
        ArrowRight: this.#time + 1,
        ArrowUp: this.#time + 1,
        PageDown: this.#time - 10,
        PageUp: this.#time + 10,
        Home: 0,
        End: Infinity,
      }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      event.stopPropagation();
      this.#seek(to);
    });
  }

  #seek(seconds) {
    this.dispatchEvent(new CustomEvent("seek", { detail: seconds }));
  }
}
