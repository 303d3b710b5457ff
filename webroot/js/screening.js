// One film on the screen. Joins the live socket, the player, the timeline and the script; knows nothing of what is done
// with the film.

import { chunkOf, isActive, isOpen, openFrame } from "./chunks.js";
import { Controls } from "./controls.js";
import { Glow } from "./glow.js";
import { Lines } from "./lines.js";
import { Live } from "./live.js";
import { Pace } from "./pace.js";
import { Player } from "./player.js";
import { placed } from "./site.js";
import { Strip } from "./strip.js";
import { figures, sharpening, stateWords } from "./words.js";

const JOIN_BEHIND = 3;
const JOIN_CHUNKS = 64;
const TICK = 1000;

/** Fires "film" whenever the film's state is new, "time" when another picture is on, and "gone" when it was deleted. */
export class Screening extends EventTarget {
  film;
  #root;
  #video;
  #live;
  #player;
  #strip;
  #lines;
  #glow;
  #pace = new Pace();
  #sharpening = new Pace();
  #abort = new AbortController();
  #away = false;
  #preview = 0;

  /** Shows `film` inside `root` from `start` (seconds); by default where somebody who comes in wants to begin. */
  constructor(root, film, start = defaultStart(film)) {
    super();
    this.film = film;
    this.#root = root;
    root.style.setProperty("--ratio", String(film.width / film.height));
    // A new element for every film: no frame, listener or buffer of the last one stays.
    const old = this.#find("#video");
    this.#video = old.cloneNode();
    old.replaceWith(this.#video);
    this.#glow = new Glow(this.#find(".glow"), this.#video);
    this.#lines = new Lines(this.#find("#lines"));
    this.#strip = new Strip(this.#find("#timeline"), film, {
      editable: Boolean(film.links.self),
      signal: this.signal,
    });
    this.#player = new Player(this.#video, film, start);
    new Controls(root, this.#player, this.signal);
    this.#listen();
    this.#connect(Math.max(0, chunkOf(film, Math.floor(start * film.fps)) - JOIN_CHUNKS));
    const ticking = setInterval(() => this.#update(), TICK); // the time left passes between events, too
    this.signal.addEventListener("abort", () => clearInterval(ticking));
    this.#update();
  }

  /** Aborted when another film takes the place. */
  get signal() {
    return this.#abort.signal;
  }

  get player() {
    return this.#player;
  }

  get strip() {
    return this.#strip;
  }

  /** The frame from which a new sentence would act. */
  get nextFrame() {
    return openFrame(this.film);
  }

  /** Takes over a newer state, from an answer or an event. */
  show(film) {
    if (film.state !== this.film.state || film.frames !== this.film.frames) this.#pace.forget();
    if (film.enhancement?.state !== this.film.enhancement?.state) this.#sharpening.forget();
    this.film = film;
    if (film.progress) this.#pace.tell(film.progress);
    if (film.enhancement) this.#sharpening.tell(film.enhancement);
    this.#player.film = film;
    this.#strip.film = film;
    this.#update();
    this.dispatchEvent(new Event("film"));
  }

  close() {
    this.#abort.abort();
    this.#live.close();
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  #listen() {
    const seek = ({ detail }) => {
      this.#player.seek(detail);
      this.#update();
    };
    this.#strip.addEventListener("seek", seek);
    this.#lines.addEventListener("seek", seek);
    this.#player.addEventListener("frame", () => {
      this.#glow.update();
      this.#update();
      this.dispatchEvent(new Event("time"));
    });
    this.#player.addEventListener("need", ({ detail }) => this.#live.seek(chunkOf(this.film, detail)));
  }

  #connect(chunk) {
    const live = new Live(this.film.links.live, chunk);
    this.#live = live;
    live.addEventListener("event", ({ detail }) => this.#onEvent(detail));
    live.addEventListener("init", ({ detail }) => this.#player.init(detail));
    live.addEventListener("segment", ({ detail }) =>
      this.#player.segment(detail, () => live.acknowledge(detail.chunk)),
    );
    live.addEventListener("preview", ({ detail }) => this.#onPreview(detail));
    live.addEventListener("up", () => this.#setAway(false));
    live.addEventListener("down", () => this.#setAway(true));
    live.addEventListener("gone", () => this.dispatchEvent(new Event("gone")));
  }

  #onEvent(event) {
    switch (event.type) {
      case "state":
        return this.show(placed(event.film));
      case "queue":
        return this.show({ ...this.film, queuePosition: event.position });
      case "progress":
        this.#pace.tell(event);
        this.#find(".develop").style.filter = `blur(${(1 - event.step / event.steps).toFixed(2)}rem)`;
        return this.#begun(event);
      case "chunk":
        this.#pace.tell(event);
        return this.show({
          ...this.film,
          chunksDone: event.chunk + 1,
          framesDone: event.framesDone,
          making: undefined,
          ...opened(this.film, event),
          ...sharpened(this.film, event),
        });
      case "enhancing":
        this.#sharpened(event);
        this.#sharpening.tell(event);
        return this.#update();
      case "enhanced":
        return this.#sharpened(event);
    }
  }

  /** News of the sharpening, unless it was turned off meanwhile. */
  #sharpened({ type, enhancedFrames }) {
    const { enhancement } = this.film;
    if (!enhancement) return undefined;
    const whole = !isOpen(this.film) && enhancedFrames >= this.film.framesDone;
    const state = whole ? "done" : type === "enhancing" ? "running" : enhancement.state;
    if (enhancement.frames === enhancedFrames && enhancement.state === state) return this.#update();
    return this.show({ ...this.film, enhancement: { ...enhancement, frames: enhancedFrames, state, etaSeconds: undefined } });
  }

  /** A chunk is being made: what is written now acts from a later one. */
  #begun(event) {
    const { making, open } = this.film;
    const known = making === event.chunk && open.frame === event.firstOpenFrame;
    if (known || !isActive(this.film)) return this.#update();
    return this.show({ ...this.film, making: event.chunk, ...opened(this.film, event) });
  }

  async #onPreview({ chunk, firstFrame, bytes }) {
    const turn = ++this.#preview;
    const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    if (turn !== this.#preview || firstFrame < this.film.framesDone) return;
    const canvas = this.#find(".develop");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    this.#strip.preview(chunk, image);
    this.#update();
  }

  #setAway(away) {
    this.#away = away;
    this.#update();
  }

  #update() {
    const { film } = this;
    const player = this.#player;
    const screen = this.#find(".screen");
    const developing = this.#preview > 0 && film.state === "running" && player.atEdge && !(player.lit && player.paused);
    screen.toggleAttribute("data-developing", developing);
    screen.toggleAttribute("data-lit", player.lit);
    this.#strip.time = player.time;
    this.#lines.update(film, player.time);
    this.#find("#curtain").textContent = film.framesDone > 0 ? "" : (film.error ?? CURTAIN[film.state]);
    this.#find("#state").dataset.state = this.#away ? "away" : film.state;
    write(this.#find("#state-words"), this.#away ? "Connection lost, trying again" : stateWords(film));
    write(this.#find("#figures"), figures(film, this.#pace));
    write(this.#find("#sharpening"), sharpening(film, this.#sharpening));
    write(this.#find("#film-problem"), film.state === "failed" ? (film.error ?? "") : "");
  }
}

/** A film that is being made is joined shortly before its end, any other is watched from its beginning. */
function defaultStart(film) {
  return isActive(film) ? Math.max(0, film.framesDone / film.fps - JOIN_BEHIND) : 0;
}

/** Where the studio says that a new sentence would act. */
function opened({ fps }, { firstOpenFrame: frame }) {
  return { open: { frame, seconds: frame / fps } };
}

/** How far the film is sharpened, where an event tells: less than before if it goes on beyond what was its end. */
function sharpened({ enhancement }, { enhancedFrames: frames }) {
  return enhancement && frames !== undefined ? { enhancement: { ...enhancement, frames } } : {};
}

const CURTAIN = {
  queued: "Waiting for a free projector …",
  running: "The first pictures are coming …",
  paused: "Paused before the first picture.",
  stopped: "Stopped before the first picture.",
  failed: "There is no picture.",
  finished: "",
};

/** Leaves the DOM alone where nothing changes, so that a screen reader isn't told twice. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
