// Still pictures out of the film for its strip, taken by a second, hidden player so that the first is left in peace.

import { Tape, canStream } from "./tape.js";

const HEIGHT = 96;
const MOST_KEPT = 400;
const LONGEST_WAIT = 500; // ms after a seek: a picture that is on already is not shown anew

/** Fires "thumb" whenever another picture is ready. */
export class Thumbs extends EventTarget {
  #fps;
  #video = document.createElement("video");
  #tape = canStream ? new Tape(this.#video) : undefined;
  #pictures = new Map();
  #wanted = [];
  #busy = false;

  constructor(fps) {
    super();
    this.#fps = fps;
    this.#video.muted = true;
    this.#video.preload = "auto";
  }

  async init(bytes) {
    await this.#tape?.append(bytes, true);
  }

  async segment({ firstFrame, frameCount, bytes }) {
    for (let frame = firstFrame; frame < firstFrame + frameCount; frame++) this.#pictures.delete(frame);
    await this.#tape?.append(bytes);
    this.#next();
  }

  /** The frames that would be nice to have, the most urgent first. */
  want(frames) {
    this.#wanted = frames;
    if (this.#pictures.size > MOST_KEPT) {
      for (const frame of this.#pictures.keys()) if (!frames.includes(frame)) this.#pictures.delete(frame);
    }
    this.#next();
  }

  /** The picture nearest to `frame` within `reach` frames, or undefined. */
  near(frame, reach) {
    for (let distance = 0; distance <= reach; distance++) {
      const picture = this.#pictures.get(frame - distance) ?? this.#pictures.get(frame + distance);
      if (picture) return picture;
    }
    return undefined;
  }

  close() {
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #next() {
    if (this.#busy || !this.#tape) return;
    const frame = this.#wanted.find((f) => !this.#pictures.has(f) && this.#tape.holds(this.#middle(f)));
    if (frame === undefined) return;
    this.#busy = true;
    const video = this.#video;
    let taken = false;
    const take = (shown) => {
      if (taken) return;
      taken = true;
      this.#take(shown);
    };
    // At "seeked" the picture may still be the old one; only a presented frame says which one it is.
    video.requestVideoFrameCallback?.((now, { mediaTime }) => take(Math.round(mediaTime * this.#fps)));
    video.addEventListener("seeked", () => setTimeout(() => take(frame), LONGEST_WAIT), { once: true });
    video.currentTime = this.#middle(frame);
  }

  #take(frame) {
    const { videoWidth, videoHeight } = this.#video;
    const picture = document.createElement("canvas");
    picture.height = Math.min(HEIGHT, videoHeight);
    picture.width = Math.round((picture.height * videoWidth) / videoHeight);
    picture.getContext("2d").drawImage(this.#video, 0, 0, picture.width, picture.height);
    this.#pictures.set(frame, picture);
    this.#busy = false;
    this.dispatchEvent(new Event("thumb"));
    this.#next();
  }

  #middle(frame) {
    return (frame + 0.5) / this.#fps;
  }
}
