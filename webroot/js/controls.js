// The few controls that lie over the screen, and the keys that do the same.

import { recall, remember } from "./memory.js";
import { clock } from "./words.js";

const FAR_BEHIND = 6;
const PLAY = "M7 5l12 7-12 7z";
const PAUSE = "M8 5v14M16 5v14";
const RATES = [0.25, 0.5, 1, 1.5, 2];

/** True where typing belongs to the field, not to the player. */
export const typing = (target) => target.closest?.("input, textarea, select, button, a, summary, [role=slider], dialog, [popover]");

export class Controls {
  #root;
  #player;

  /** Listens until `signal` is aborted. */
  constructor(root, player, signal) {
    this.#root = root;
    this.#player = player;
    const on = (selector, type, handler) => this.#find(selector).addEventListener(type, handler, { signal });
    on("#play", "click", () => player.toggle());
    on("#video", "click", () => player.toggle());
    on("#back", "click", () => player.step(-1));
    on("#forth", "click", () => player.step(1));
    on("#to-live", "click", () => player.seek(Infinity));
    on("#loop", "click", () => this.#setLoop(!player.looping));
    on("#speed", "click", () => this.#nextRate());
    on("#picture", "click", () => this.#setPicture(this.#picture === "crisp" ? "soft" : "crisp"));
    on("#wide", "click", () => this.#setWide(!this.#wide));
    on("#full", "click", () => this.#fullScreen());
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    player.addEventListener("frame", () => this.#update());
    this.#setPicture(recall("picture", "soft"));
    this.#setLoop(recall("loop", "yes") === "yes");
    this.#setRate(Number(recall("speed", 1)));
    this.#setWide(recall("wide", "no") === "yes");
    this.#update();
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  get #picture() {
    return this.#find(".screen").dataset.picture;
  }

  #setPicture(picture) {
    this.#find(".screen").dataset.picture = picture;
    const button = this.#find("#picture");
    button.textContent = picture === "crisp" ? "Crisp" : "Soft";
    button.setAttribute("aria-label", picture === "crisp" ? "Crisp: show pixels as they are" : "Soft: smooth the pixels");
    remember("picture", picture);
  }

  #setLoop(looping) {
    this.#player.looping = looping;
    this.#find("#loop").setAttribute("aria-pressed", String(looping));
    remember("loop", looping ? "yes" : "no");
  }

  #nextRate() {
    this.#setRate(RATES[(RATES.indexOf(this.#player.rate) + 1) % RATES.length]);
  }

  #setRate(wish) {
    const rate = RATES.includes(wish) ? wish : 1;
    this.#player.rate = rate;
    const button = this.#find("#speed");
    button.textContent = `${rate}×`;
    button.setAttribute("aria-label", `${rate}×, speed`);
    remember("speed", rate);
  }

  get #wide() {
    return this.#root.hasAttribute("data-wide");
  }

  /** The film from edge to edge of the window. */
  #setWide(wide) {
    this.#root.toggleAttribute("data-wide", wide);
    this.#find("#wide").setAttribute("aria-pressed", String(wide));
    remember("wide", wide ? "yes" : "no");
  }

  #fullScreen() {
    if (document.fullscreenElement) document.exitFullscreen();
    else this.#find(".screen").requestFullscreen?.();
  }

  #onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const player = this.#player;
    const action = {
      " ": () => player.toggle(),
      k: () => player.toggle(),
      ArrowLeft: () => player.seek(player.time - 1),
      ArrowRight: () => player.seek(player.time + 1),
      ",": () => player.step(-1),
      ".": () => player.step(1),
      Home: () => player.seek(0),
      End: () => player.seek(Infinity),
      f: () => this.#fullScreen(),
      w: () => this.#setWide(!this.#wide),
      l: () => this.#setLoop(!player.looping),
      s: () => this.#nextRate(),
    }[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  #update() {
    const player = this.#player;
    const { film } = player;
    const play = this.#find("#play");
    this.#find(".screen").toggleAttribute("data-paused", player.lit && player.paused);
    play.setAttribute("aria-label", player.paused ? "Play" : "Pause");
    play.querySelector("path").setAttribute("d", player.paused ? PLAY : PAUSE);
    this.#find("#clock").textContent = `${clock(player.time)} / ${clock(film.framesDone / film.fps)}`;
    this.#find("#to-live").hidden = !(player.active && player.behind > FAR_BEHIND);
  }
}
