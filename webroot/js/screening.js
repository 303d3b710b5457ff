// One film on the screen: the studio's own and a shared one alike. Joins the live socket, the player, the strip and
// the script; knows nothing of what its owner may do.

import { Controls } from "./controls.js";
import { Glow } from "./glow.js";
import { Lines } from "./lines.js";
import { Live } from "./live.js";
import { Player } from "./player.js";
import { Strip } from "./strip.js";
import { Thumbs } from "./thumbs.js";
import { figures, stateWords } from "./words.js";

const JOIN_BEHIND = 3;
const JOIN_CHUNKS = 64;

/** The chunk that shows `frame`. */
export function chunkOf(film, frame) {
  return frame < film.chunkFrames ? 0 : 1 + Math.floor((frame - film.chunkFrames) / film.chunkStep);
}

/** Fires "film" whenever the film's state is new, and "gone" when it was deleted. */
export class Screening extends EventTarget {
  film;
  /** {fps, etaSeconds} of the making, as far as known. */
  pace = {};
  #root;
  #video;
  #live;
  #player;
  #strip;
  #thumbs;
  #lines;
  #glow;
  #abort = new AbortController();
  #away = false;
  #preview = 0;

  /** Shows `film` inside `root`; `fresh` films are watched from their first frame. */
  constructor(root, film, fresh = false) {
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
    this.#thumbs = new Thumbs(film.fps);
    this.#strip = new Strip(this.#find("#strip"), film, this.#thumbs, this.signal);
    const start = fresh || !this.#active ? 0 : Math.max(0, film.framesDone / film.fps - JOIN_BEHIND);
    this.#player = new Player(this.#video, film, start);
    new Controls(root, this.#player, this.signal);
    this.#listen();
    this.#connect(Math.max(0, chunkOf(film, Math.floor(start * film.fps)) - JOIN_CHUNKS));
    this.#update();
  }

  /** Aborted when another film takes the place. */
  get signal() {
    return this.#abort.signal;
  }

  get player() {
    return this.#player;
  }

  /** The frame from which a new sentence would act: the first chunk that has not been started. */
  get nextFrame() {
    const { chunksDone, chunkFrames, chunkStep, state } = this.film;
    const chunk = chunksDone + (state === "running" ? 1 : 0);
    return chunk === 0 ? 0 : chunkFrames + (chunk - 1) * chunkStep;
  }

  /** Takes over a newer state, from an answer or an event. */
  show(film) {
    if (film.state !== this.film.state || film.frames !== this.film.frames) this.pace = {};
    this.film = film;
    this.#player.film = film;
    this.#strip.film = film;
    this.#update();
    this.dispatchEvent(new Event("film"));
  }

  close() {
    this.#abort.abort();
    this.#live.close();
    this.#thumbs.close();
    this.#video.removeAttribute("src");
    this.#video.load();
  }

  get #active() {
    return this.film.state === "queued" || this.film.state === "running";
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
    });
    this.#player.addEventListener("need", ({ detail }) => this.#live.seek(chunkOf(this.film, detail)));
  }

  #connect(chunk) {
    const live = new Live(this.film.links.live, chunk);
    this.#live = live;
    live.addEventListener("event", ({ detail }) => this.#onEvent(detail));
    live.addEventListener("init", ({ detail }) => {
      this.#player.init(detail);
      this.#thumbs.init(detail);
    });
    live.addEventListener("segment", ({ detail }) => {
      this.#thumbs.segment(detail);
      this.#player.segment(detail, () => live.acknowledge(detail.chunk));
    });
    live.addEventListener("preview", ({ detail }) => this.#onPreview(detail));
    live.addEventListener("up", () => this.#setAway(false));
    live.addEventListener("down", () => this.#setAway(true));
    live.addEventListener("gone", () => this.dispatchEvent(new Event("gone")));
  }

  #onEvent(event) {
    switch (event.type) {
      case "state":
        return this.show(event.film);
      case "queue":
        return this.show({ ...this.film, queuePosition: event.position });
      case "progress":
        this.pace = { fps: event.fps ?? this.pace.fps, etaSeconds: event.etaSeconds ?? this.pace.etaSeconds };
        this.#find(".develop").style.filter = `blur(${(1 - event.step / event.steps).toFixed(2)}rem)`;
        return this.#update();
      case "chunk":
        this.pace = { ...this.pace, fps: event.fps ?? this.pace.fps };
        return this.show({ ...this.film, chunksDone: event.chunk + 1, framesDone: event.framesDone });
    }
  }

  async #onPreview({ firstFrame, bytes }) {
    const turn = ++this.#preview;
    const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
    if (turn !== this.#preview || firstFrame < this.film.framesDone) return;
    const canvas = this.#find(".develop");
    canvas.width = image.width;
    canvas.height = image.height;
    canvas.getContext("2d").drawImage(image, 0, 0);
    this.#strip.preview(firstFrame, image);
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
    write(this.#find("#figures"), figures(film, this.pace));
    write(this.#find("#film-problem"), film.state === "failed" ? (film.error ?? "") : "");
  }
}

const CURTAIN = {
  queued: "Waiting for a free projector …",
  running: "The first pictures are coming …",
  stopped: "Stopped before the first picture.",
  failed: "There is no picture.",
  finished: "",
};

/** Leaves the DOM alone where nothing changes, so that a screen reader isn't told twice. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
