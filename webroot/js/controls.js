// The few controls that lie over the screen, and the keys that do the same.

import { recall, remember } from "./memory.js";
import { clock } from "./words.js";

const FAR_BEHIND = 6;
const PLAY = "M7 5l12 7-12 7z";
const PAUSE = "M8 5v14M16 5v14";

/** True where typing belongs to the field, not to the player. */
const typing = (target) => target.closest?.("input, textarea, select, button, a, summary, [role=slider]");

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
    on("#to-live", "click", () => player.seek(Infinity));
    on("#picture", "click", () => this.#setPicture(this.#picture === "crisp" ? "soft" : "crisp"));
    on("#full", "click", () => this.#fullScreen());
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    player.addEventListener("frame", () => this.#update());
    this.#setPicture(recall("picture", "soft"));
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
    button.setAttribute("aria-label", picture === "crisp" ? "Picture: crisp pixels" : "Picture: soft");
    remember("picture", picture);
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
      ArrowLeft: () => player.seek(player.time - 1),
      ArrowRight: () => player.seek(player.time + 1),
      Home: () => player.seek(0),
      End: () => player.seek(Infinity),
      f: () => this.#fullScreen(),
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
