// What a film's maker can do with it: go on, change its course, stop, share, take it again, delete.

import * as api from "./api.js";
import { note } from "./note.js";
import { clock, span } from "./words.js";

const MORE = [5, 10, 30, 60, 300];

/** Fires "again" (detail: what the desk shall hold) and "deleted". */
export class Direction extends EventTarget {
  #root;
  #screening;
  #token;

  constructor(root, screening) {
    super();
    this.#root = root;
    this.#screening = screening;
    const { signal } = screening;
    const on = (selector, type, handler) => this.#find(selector).addEventListener(type, handler, { signal });
    this.#layLengths();
    on("#then", "submit", (event) => {
      event.preventDefault();
      this.#goOn();
    });
    on("#next", "keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#find("#then").requestSubmit();
    });
    on("#next", "input", () => this.#update());
    on("#more", "change", () => this.#update());
    on("#stop", "click", () => this.#stop());
    on("#share", "click", () => this.#share());
    on("#copy", "click", () => this.#copy());
    on("#unshare", "click", () => this.#unshare());
    on("#facts-button", "click", () => this.#toggleFacts());
    on("#another", "click", () => this.#again(false));
    on("#same", "click", () => this.#again(true));
    on("#delete", "click", () => this.#delete());
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    screening.addEventListener("film", () => this.#update());
    this.#find("#share-box").hidden = true;
    this.#find("#next").value = "";
    this.#update();
  }

  get #film() {
    return this.#screening.film;
  }

  get #active() {
    return this.#film.state === "queued" || this.#film.state === "running";
  }

  get #words() {
    return this.#find("#next").value.trim();
  }

  get #moreFrames() {
    return Math.round(Number(this.#find("#more").value) * this.#film.fps);
  }

  /** Whether new words can still act before the film ends. */
  get #inTime() {
    return this.#active && this.#screening.nextFrame < this.#film.frames;
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  async #goOn() {
    const words = this.#words;
    const { id } = this.#film;
    const change = words && this.#inTime;
    await this.#act("#continue", "#then-problem", async () => {
      const film = change ? await this.#changeCourse(id, words) : await api.extendFilm(id, this.#moreFrames, words);
      this.#find("#next").value = "";
      this.#screening.show(film);
    });
  }

  /** The film may end in the very moment in which its course is changed: then it is made longer. */
  async #changeCourse(id, words) {
    try {
      return await api.changePrompt(id, words);
    } catch (error) {
      if (error.status !== 409) throw error;
      return api.extendFilm(id, this.#moreFrames, words);
    }
  }

  #stop() {
    return this.#act("#stop", "#film-problem", async () => this.#screening.show(await api.stopFilm(this.#film.id)));
  }

  #share() {
    return this.#act("#share", "#film-problem", async () => {
      const { token, url } = await api.shareFilm(this.#film.id);
      this.#token = token;
      this.#find("#share-box").hidden = false;
      this.#find("#share-link").value = url;
      this.#find("#share-link").select();
      await this.#copy();
    });
  }

  async #copy() {
    const link = this.#find("#share-link");
    try {
      await navigator.clipboard.writeText(link.value);
      note("The link is in your clipboard.");
    } catch {
      link.focus(); // no clipboard without HTTPS: the link is selected, ready for Ctrl+C
      link.select();
    }
  }

  #unshare() {
    return this.#act("#unshare", "#film-problem", async () => {
      await api.unshareFilm(this.#token);
      this.#find("#share-box").hidden = true;
      note("The link no longer works.");
    });
  }

  #delete() {
    if (!confirm("Delete this film for good?")) return undefined;
    return this.#act("#delete", "#film-problem", async () => {
      await api.deleteFilm(this.#film.id);
      this.dispatchEvent(new Event("deleted"));
    });
  }

  #again(sameSeed) {
    const { prompt, seed, mode, steps, guidance, negativePrompt } = this.#film;
    const made = { prompt, mode, steps, guidance, negativePrompt };
    this.dispatchEvent(new CustomEvent("again", { detail: sameSeed ? { ...made, seed } : made }));
  }

  #onKey(event) {
    if (event.key === "Escape" && this.#active && !document.fullscreenElement && !event.target.closest?.("textarea, input")) {
      this.#stop();
    }
  }

  #toggleFacts() {
    const facts = this.#find("#facts");
    facts.hidden = !facts.hidden;
    this.#find("#facts-button").setAttribute("aria-expanded", String(!facts.hidden));
  }

  /** Does something that may be refused; says why next to where it was asked for. */
  async #act(button, problem, action) {
    this.#find(button).disabled = true;
    this.#find(problem).textContent = "";
    try {
      await action();
    } catch (error) {
      if (!(error instanceof api.Problem)) throw error;
      this.#find(problem).textContent = error.message;
    } finally {
      this.#find(button).disabled = false;
      this.#update();
    }
  }

  #update() {
    const film = this.#film;
    const words = this.#words;
    const change = words && this.#inTime;
    const longer = span(Number(this.#find("#more").value));
    this.#find("#continue").textContent = change ? "Change course" : "Go on for";
    this.#find("#more").hidden = Boolean(change);
    this.#find("#then-hint").textContent = change
      ? `Acts from about ${clock(this.#screening.nextFrame / film.fps)}.`
      : words && this.#active
        ? `The film is as good as made: it becomes ${longer} longer.`
        : words
          ? ""
          : "“now the sun rises” keeps the scene, “a cat …” is a new one.";
    this.#find("#stop").hidden = !this.#active;
    this.#find("#download").hidden = film.framesDone === 0;
    this.#find("#download").href = `${film.links.video}?download=1`;
    this.#find("#recipe").href = film.links.recipe;
    this.#layFacts(film);
  }

  #layLengths() {
    if (this.#find("#more").options.length > 0) return;
    for (const seconds of MORE) this.#find("#more").add(new Option(span(seconds), seconds, seconds === 10, seconds === 10));
  }

  #layFacts(film) {
    const facts = {
      Seed: film.seed,
      Making: film.mode === "fast" ? "Fast" : "Careful",
      Steps: film.steps,
      Guidance: film.guidance,
      Model: film.pack,
      Frames: `${film.framesDone} of ${film.frames}`,
      Picture: `${film.width} × ${film.height}, ${film.fps} frames a second`,
    };
    if (film.negativePrompt) facts["Left out"] = film.negativePrompt;
    const entries = Object.entries(facts).map(([name, value]) => {
      const pair = document.createElement("div");
      const term = document.createElement("dt");
      const description = document.createElement("dd");
      term.textContent = name;
      description.textContent = value;
      pair.append(term, description);
      return pair;
    });
    this.#find("#fact-list").replaceChildren(...entries);
  }
}
