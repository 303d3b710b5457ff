// Plays a film while it is being made: waits at its newest frame, goes on when there is more, loops when it is done.

import { isActive } from "./chunks.js";
import { Tape, canStream } from "./tape.js";

const FAR_AHEAD = 600;
const EDGE = 0.3;
const HALF_FRAME = 0.5;
const DECODED_AHEAD = 0.5; // seconds before the position at which the browser may have begun to decode

/**
 * Events, on the instance: "frame" (a picture was shown, or the position changed) and "need" (detail: the frame that
 * must be fetched again, since the viewer went where nothing is buffered).
 */
export class Player extends EventTarget {
  #video;
  #film;
  #tape;
  #startAt;
  #looping = true;
  #held = [];
  #later = new Map(); // by chunk: what replaces pictures that are on the screen just now

  /** `startAt` in seconds; `video` is left muted and inline. */
  constructor(video, film, startAt = 0) {
    super();
    this.#video = video;
    this.#startAt = startAt;
    if (canStream) this.#tape = new Tape(video);
    video.addEventListener("seeking", () => this.#onSeeking());
    video.addEventListener("pause", () => this.#replaceNow());
    for (const type of ["timeupdate", "seeked", "play", "pause", "waiting", "loadeddata"]) {
      video.addEventListener(type, () => this.#onFrame());
    }
    this.#watchFrames();
    this.film = film;
  }

  get film() {
    return this.#film;
  }

  /** Takes the film's newest state. */
  set film(film) {
    const before = this.#film;
    this.#film = film;
    this.#loopOrNot();
    if (!this.active) this.#endWhenComplete();
    else if (before && !isActive(before)) this.#leaveLoop(before);
    if (!canStream) this.#reload(before);
  }

  get active() {
    return isActive(this.#film);
  }

  /** Position in seconds. */
  get time() {
    return this.#video.currentTime;
  }

  /** Whether there is a picture to see. */
  get lit() {
    return this.#video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
  }

  get paused() {
    return this.#video.paused && !this.#video.ended;
  }

  /** Whether the film is being made and everything that exists has been seen. */
  get atEdge() {
    return this.active && this.#film.framesDone / this.#film.fps - this.time < EDGE;
  }

  /** Seconds between the position and the newest frame. */
  get behind() {
    return this.#film.framesDone / this.#film.fps - this.time;
  }

  init({ rendition, bytes }) {
    this.#tape?.init(rendition, bytes);
  }

  /**
   * Appends a segment, or what replaces one; `acknowledge` is called when there is room for more. What would replace
   * the pictures that are playing waits until they are over: not every browser goes on smoothly without them.
   */
  async segment(part, acknowledge) {
    if (!this.#tape) return acknowledge();
    this.#later.delete(part.chunk);
    const end = this.#end(part);
    const again = this.#tape.covers(part.firstFrame / this.#film.fps, end);
    if (again && this.#isPlaying(part)) {
      this.#later.set(part.chunk, part);
      return acknowledge();
    }
    await this.#append(part, again);
    if (this.#startAt !== undefined && end > this.#startAt) {
      if (this.#startAt > 0) this.#video.currentTime = this.#startAt;
      this.#startAt = undefined;
      this.play();
    }
    if (end - this.time > FAR_AHEAD) this.#held.push({ end, acknowledge });
    else acknowledge();
  }

  play() {
    // Refused in the rare browser that won't even play muted; the play button then does it.
    this.#video.play().catch(() => this.#onFrame());
  }

  pause() {
    this.#video.pause();
  }

  toggle() {
    if (this.#video.paused) this.play();
    else this.pause();
  }

  /** Whether a film that is done begins again at its end. */
  get looping() {
    return this.#looping;
  }

  set looping(looping) {
    this.#looping = looping;
    this.#loopOrNot();
  }

  /** How many seconds of film pass in one. */
  get rate() {
    return this.#video.playbackRate;
  }

  set rate(rate) {
    this.#video.defaultPlaybackRate = rate;
    this.#video.playbackRate = rate;
  }

  /** Stops the picture and goes on, or back, by whole frames. */
  step(frames) {
    this.#video.pause();
    const shown = Math.floor(this.time * this.#film.fps + 0.01);
    this.seek((shown + frames + HALF_FRAME) / this.#film.fps);
  }

  /** The frame that is on. */
  get frame() {
    return Math.max(0, Math.min(Math.floor(this.time * this.#film.fps + 0.01), this.#film.framesDone - 1));
  }

  /** Goes to a position in seconds, inside what exists. */
  seek(seconds) {
    const last = (this.#film.framesDone - HALF_FRAME) / this.#film.fps;
    this.#video.currentTime = Math.max(0, Math.min(seconds, last));
  }

  #end({ firstFrame, frameCount }) {
    return (firstFrame + frameCount) / this.#film.fps;
  }

  #isOn(part) {
    return part.firstFrame / this.#film.fps - DECODED_AHEAD <= this.time && this.time < this.#end(part);
  }

  #isPlaying(part) {
    return !this.#video.paused && !this.#video.seeking && this.#isOn(part);
  }

  async #append(part, again) {
    await this.#tape.append(part.rendition, part.bytes);
    if (!this.active) this.#endWhenComplete();
    // A picture that stands still, be it the last one, is drawn anew only when somebody goes there.
    const still = this.#video.paused && (this.#isOn(part) || this.time === this.#end(part));
    if (again && still) this.#video.currentTime = this.time;
  }

  /** Replaces what waited for pictures that are over, or stand still. */
  #replaceNow() {
    for (const [chunk, part] of this.#later) {
      if (this.#isPlaying(part)) continue;
      this.#later.delete(chunk);
      this.#append(part, true);
    }
  }

  #loopOrNot() {
    this.#video.loop = !this.active && this.#looping;
  }

  #endWhenComplete() {
    if (this.#tape && this.#tape.newest * this.#film.fps > this.#film.framesDone - HALF_FRAME) this.#tape.end();
  }

  /** The film goes on after its end: so does the viewer, who would else watch the loop again. */
  async #leaveLoop(before) {
    await this.#tape?.reopen();
    this.seek(before.framesDone / before.fps);
    this.play();
  }

  #onSeeking() {
    this.#replaceNow();
    if (this.#tape && this.#film.framesDone > 0 && !this.#tape.holds(this.time)) {
      this.dispatchEvent(new CustomEvent("need", { detail: Math.floor(this.time * this.#film.fps) }));
    }
    this.#onFrame();
  }

  #onFrame() {
    this.#held = this.#held.filter(({ end, acknowledge }) => {
      if (end - this.time > FAR_AHEAD) return true;
      acknowledge();
      return false;
    });
    this.#replaceNow();
    this.dispatchEvent(new Event("frame"));
  }

  #watchFrames() {
    if (!this.#video.requestVideoFrameCallback) return;
    const shown = () => {
      this.#onFrame();
      this.#video.requestVideoFrameCallback(shown);
    };
    this.#video.requestVideoFrameCallback(shown);
  }

  /** Without Media Source Extensions: the file of what exists so far, opened again when all of it was seen. */
  #reload(before) {
    const film = this.#film;
    const sharp = film.enhancement?.state === "done";
    const same = before?.framesDone === film.framesDone && sharp === (before.enhancement?.state === "done");
    if (film.framesDone === 0 || same) return;
    const seen = this.time;
    if (before?.framesDone && this.active && !this.#video.ended && !this.paused) return;
    this.#video.src = `${film.links.video}?frames=${film.framesDone}${sharp ? "&rendition=enhanced" : ""}`;
    this.#video.currentTime = seen;
    this.play();
  }
}
