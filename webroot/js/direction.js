// What a film's maker can do with it: go on, change its course, plan, rewind, pause, stop, share, keep, name, delete.

import * as api from "./api.js";
import { chunkOf, firstFrame, isActive, isOpen, lengthOf, nearestBorder } from "./chunks.js";
import { typing } from "./controls.js";
import { layDownloads } from "./downloads.js";
import { Editor } from "./editor.js";
import { note } from "./note.js";
import { menu } from "./popovers.js";
import { Sharing } from "./sharing.js";
import { Takes } from "./takes.js";
import { clock, span, titleOf } from "./words.js";

const MORE = [1, 5, 10, 30, 60, 300];

/** Fires "again" (detail: what the desk shall hold), "take" (detail: {film, start}) and "deleted" (detail: the film). */
export class Direction extends EventTarget {
  #root;
  #screening;
  #editor;
  #takes;
  #treeOf = "";
  #pack;
  #sharpenFailed = false;
  #otherSeed; // of a take that was asked for and not made yet

  /** `pack` is the one that the studio runs. */
  constructor(root, screening, pack) {
    super();
    this.#pack = pack;
    this.#root = root;
    this.#screening = screening;
    const { signal } = screening;
    const on = (selector, type, handler) => this.#find(selector).addEventListener(type, handler, { signal });
    this.#layLengths();
    this.#layBeginning(signal);
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
    on("#then", "change", ({ target }) => {
      if (target.value === "here") this.#hold();
      this.#update();
    });
    on("#stop", "click", () => this.#simple("#stop", api.stopFilm));
    on("#pause", "click", () => this.#simple("#pause", api.pauseFilm));
    on("#resume", "click", () => this.#simple("#resume", api.resumeFilm));
    on("#undo", "click", () => this.#undo());
    on("#sharpen", "click", () => this.#sharpen());
    on("#facts-button", "click", () => this.#toggleFacts());
    on("#another", "click", () => this.#again(false));
    on("#same", "click", () => this.#again(true));
    on("#delete", "click", () => this.#delete());
    on("#rename", "submit", (event) => {
      event.preventDefault();
      this.#rename();
    });
    on("#name", "blur", () => this.#rename());
    on("#name", "keydown", (event) => event.key === "Escape" && this.#layName(true));
    this.#editor = new Editor(this.#find("#scene-editor"), signal);
    this.#listenToPlan();
    const sharing = new Sharing(this.#find("#share-box"), screening.film, signal);
    menu(this.#find("#share"), this.#find("#share-box"), signal, () => sharing.refresh());
    menu(this.#find("#downloads"), this.#find("#download-menu"), signal, () => this.#layDownloads());
    this.#takes = new Takes(this.#find("#takes"));
    document.addEventListener("keydown", (event) => this.#onKey(event), { signal });
    screening.addEventListener("film", () => this.#update());
    screening.addEventListener("time", () => this.#layWhere());
    this.#find("#next").value = "";
    this.#find("#then").elements.where.value = "on";
    this.#update();
    this.#refreshTakes();
  }

  get #film() {
    return this.#screening.film;
  }

  get #words() {
    return this.#find("#next").value.trim();
  }

  get #moreFrames() {
    return Math.round(Number(this.#find("#more").value) * this.#film.fps);
  }

  get #transition() {
    return Number(this.#find("#over").value);
  }

  /** Whether new words can still act before the film ends. */
  get #inTime() {
    return isOpen(this.#film) && (this.#film.endless || this.#screening.nextFrame < this.#film.frames);
  }

  /** Whether what is written is for a new take from the picture on the screen. */
  get #rewinding() {
    return this.#find("#then").elements.where.value === "here" && !this.#find("#where").hidden;
  }

  /** The frame before which everything stays as it is in a new take. */
  get #cut() {
    const film = this.#film;
    const last = firstFrame(film, film.chunksDone);
    return Math.max(0, Math.min(nearestBorder(film, this.#screening.player.frame), last, film.framesDone));
  }

  #find(selector) {
    return this.#root.querySelector(selector);
  }

  async #goOn() {
    if (this.#find("#continue").disabled) return undefined; // the Enter key does not ask the button
    const words = this.#words;
    const { id } = this.#film;
    if (this.#rewinding) return this.#takeAgain(words);
    const change = words && this.#inTime;
    if (this.#film.endless && !change) return undefined;
    return this.#act("#continue", "#then-problem", async () => {
      const film = change ? await this.#changeCourse(id, words) : await api.extendFilm(id, this.#moreFrames, words);
      this.#find("#next").value = "";
      this.#screening.show(film);
      if (change) note(`“${words}” begins at ${clock(this.#beginOf(film, words) / film.fps)}.`);
    });
  }

  #beginOf(film, words) {
    return film.timeline.findLast((line) => line.prompt === words)?.frame ?? this.#screening.nextFrame;
  }

  /** The film may end in the very moment in which its course is changed: then it is made longer. */
  async #changeCourse(id, prompt) {
    try {
      return await api.changePrompt(id, { prompt, transition: this.#transition });
    } catch (error) {
      if (error.status !== 409 || isOpen(this.#film)) throw error;
      return api.extendFilm(id, this.#moreFrames, prompt);
    }
  }

  #takeAgain(prompt) {
    const atFrame = this.#cut;
    const fork = { atFrame, frames: this.#moreFrames };
    if (prompt) Object.assign(fork, { prompt, transition: this.#transition });
    if (this.#find("#then").elements.luck.value === "other") {
      fork.seed = this.#otherSeed ??= Math.floor(Math.random() * 2 ** 32);
    }
    return this.#act("#continue", "#then-problem", async () => {
      const film = await api.forkFilm(this.#film.id, fork);
      this.#otherSeed = undefined;
      this.#find("#next").value = "";
      this.#leaveFor(film, Math.max(0, atFrame / film.fps - 1));
    });
  }

  /** Takes the last chunk back: a take that ends before it. The film as it was stays, one click away. */
  #undo() {
    return this.#act("#undo", "#film-problem", async () => {
      const film = isActive(this.#film) ? await api.stopFilm(this.#film.id) : this.#film;
      const atFrame = firstFrame(film, chunkOf(film, film.framesDone - 1));
      const take = await api.forkFilm(film.id, { atFrame, frames: 0 });
      this.#leaveFor(take, Math.max(0, take.framesDone / take.fps - 1));
      note(`The last ${span((film.framesDone - atFrame) / film.fps)} are taken back.`, {
        words: "Bring them back",
        run: () => this.#leaveFor(film, Math.max(0, film.framesDone / film.fps - 1)),
      });
    });
  }

  /**
   * Turns the sharpening on, off, or on again after it failed. What becomes of it comes over the live socket; the answer may be
   * older than that by now.
   */
  #sharpen() {
    const on = this.#film.enhancement === undefined || this.#film.enhancement.state === "failed";
    return this.#act("#sharpen", "#sharpen-problem", () => api.enhanceFilm(this.#film.id, on));
  }

  #leaveFor(film, start) {
    this.dispatchEvent(new CustomEvent("take", { detail: { film, start } }));
  }

  #simple(button, call) {
    return this.#act(button, "#film-problem", async () => this.#screening.show(await call(this.#film.id)));
  }

  #listenToPlan() {
    const { strip, signal } = this.#screening;
    const listen = (type, handler) => strip.addEventListener(type, ({ detail }) => handler(detail), { signal });
    listen("edit", ({ index, anchor }) => this.#edit(this.#film.timeline[index], anchor, false));
    listen("add", ({ frame, anchor }) => this.#edit({ frame, prompt: "", transition: this.#transition }, anchor, true));
    listen("move", ({ index, frame }) => {
      const line = this.#film.timeline[index];
      this.#replan((lines) => lines.map((other) => (other.frame === line.frame ? { ...other, frame } : other)));
    });
    this.#editor.addEventListener("change", ({ detail: { was, ...line } }) =>
      this.#replan((lines) => [...lines.filter(({ frame }) => frame !== was && frame !== line.frame), line], true));
    this.#editor.addEventListener("remove", ({ detail }) =>
      this.#replan((lines) => lines.filter(({ frame }) => frame !== detail)));
  }

  #edit(line, anchor, isNew) {
    const film = this.#film;
    const others = film.timeline.filter(({ frame }) => isNew || frame !== line.frame);
    const before = others.findLast(({ frame }) => frame < line.frame);
    const after = others.find(({ frame }) => frame > line.frame);
    const first = Math.max(this.#screening.nextFrame, before ? firstFrame(film, chunkOf(film, before.frame) + 1) : 0);
    const last = after
      ? firstFrame(film, chunkOf(film, after.frame) - 1)
      : firstFrame(film, chunkOf(film, lengthOf(film) - 1));
    const opening = line.frame === 0;
    this.#editor.open(film, line, opening ? { first: 0, last: 0 } : { first, last: Math.max(first, last) }, anchor, isNew);
  }

  /** Replaces what nothing was made of yet; `change` turns those lines of the timeline into others. */
  async #replan(change, fromEditor = false) {
    const film = this.#film;
    const open = this.#screening.nextFrame;
    const planned = change(film.timeline.filter(({ frame }) => frame >= open))
      .map(({ frame, prompt, transition }) => ({ frame, prompt, transition }))
      .sort((a, b) => a.frame - b.frame);
    try {
      this.#screening.show(await api.replan(film, planned));
      this.#editor.close();
    } catch (error) {
      if (!(error instanceof api.Problem)) throw error;
      if (fromEditor) this.#editor.complain(error.message);
      else note(error.message);
      this.#screening.show(await api.getFilm(film.id).catch(() => this.#film));
    }
  }

  async #refreshTakes() {
    const film = this.#film;
    if (!film.links.takes) return;
    const takes = await api.takesOf(film.id).catch(() => []);
    if (!this.#screening.signal.aborted) this.#takes.show(takes, film.id);
  }

  #layDownloads() {
    layDownloads(this.#find("#download-menu"), this.#film, this.#screening.player.frame);
  }

  #delete() {
    return this.#act("#delete", "#film-problem", async () => {
      const film = this.#film;
      await api.deleteFilm(film.id);
      this.dispatchEvent(new CustomEvent("deleted", { detail: film }));
    });
  }

  #rename() {
    const title = this.#find("#name").value.trim();
    if (title === (this.#film.title ?? "")) return this.#layName(true);
    return this.#act("#name", "#film-problem", async () => {
      this.#screening.show(await api.renameFilm(this.#film.id, title));
      this.#find("#name").blur();
    });
  }

  #layName(force = false) {
    const name = this.#find("#name");
    document.title = `${titleOf(this.#film)} – Longtake`;
    write(this.#find("#title"), titleOf(this.#film));
    if (force || document.activeElement !== name) name.value = this.#film.title ?? "";
  }

  /** The picture that the film began with, small; who goes on from somebody else's film has not got it. */
  #layBeginning(signal) {
    const { image } = this.#film;
    const small = this.#find("#began img");
    this.#find("#began").hidden = !image;
    small.hidden = true;
    if (!image) return;
    small.addEventListener("load", () => (small.hidden = false), { signal, once: true });
    small.src = image;
  }

  #again(sameSeed) {
    const { prompt, seed, mode, steps, guidance, negativePrompt, enhancement, image } = this.#film;
    const made = { prompt, mode, steps, guidance, negativePrompt, enhance: enhancement !== undefined, image };
    this.dispatchEvent(new CustomEvent("again", { detail: sameSeed ? { ...made, seed } : made }));
  }

  #onKey(event) {
    if (event.metaKey || event.altKey || typing(event.target)) return;
    const press = (selector) => {
      const button = this.#find(selector);
      if (button.hidden || button.disabled) return false;
      button.click();
      return true;
    };
    const done = event.ctrlKey
      ? event.key === "z" && press("#undo")
      : {
          Escape: () => !document.fullscreenElement && press("#stop"),
          p: () => press("#pause") || press("#resume"),
          u: () => press("#undo"),
          n: () => this.#write("on"),
          c: () => !this.#find("#where").hidden && this.#write("here"),
          d: () => press("#downloads"),
        }[event.key]?.();
    if (done) event.preventDefault();
  }

  #write(where) {
    this.#find("#then").elements.where.value = where;
    if (where === "here") this.#hold();
    this.#update();
    this.#find("#next").focus();
    return true;
  }

  /** Who is choosing a moment does not want it to run away. */
  #hold() {
    this.#screening.player.pause();
  }

  #toggleFacts() {
    const facts = this.#find("#facts");
    facts.hidden = !facts.hidden;
    this.#find("#facts-button").setAttribute("aria-expanded", String(!facts.hidden));
    if (!facts.hidden) facts.scrollIntoView({ block: "nearest" });
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
      if (!this.#screening.signal.aborted) this.#update();
    }
  }

  #update() {
    const film = this.#film;
    this.#layName();
    this.#layWhere();
    this.#find("#stop").hidden = !isOpen(film);
    this.#find("#pause").hidden = !isActive(film);
    this.#find("#resume").hidden = film.state !== "paused";
    this.#find("#undo").hidden = film.framesDone <= film.chunkFrames || !film.links.takes;
    this.#find("#downloads").hidden = film.framesDone === 0;
    this.#laySharpen(film);
    this.#layFacts(film);
    const tree = `${film.state} ${film.title ?? ""}`;
    if (this.#treeOf && this.#treeOf !== tree) this.#refreshTakes();
    this.#treeOf = tree;
  }

  #laySharpen(film) {
    const { enhancement } = film;
    const button = this.#find("#sharpen");
    const failed = enhancement?.state === "failed";
    button.hidden = !enhancement && !(this.#pack.enhancer && film.pack === this.#pack.name);
    write(button, failed ? "Try again" : enhancement ? "Show as made" : "Sharpen this film");
    button.setAttribute("aria-label", failed ? "Try again to sharpen the film" : button.textContent);
    // What else went wrong there stays until the next try.
    if (failed || this.#sharpenFailed) {
      write(this.#find("#sharpen-problem"), failed ? `The film could not be sharpened further: ${enhancement.error}` : "");
    }
    this.#sharpenFailed = failed;
  }

  /** The line under the script: what its button will do, and from when on. */
  #layWhere() {
    const film = this.#film;
    const words = this.#words;
    this.#find("#where").hidden = film.framesDone === 0 || !film.links.takes;
    const rewinding = this.#rewinding;
    const change = words && this.#inTime && !rewinding;
    const stuck = film.endless && !change && !rewinding; // until it is stopped there is no end to put off
    const longer = span(Number(this.#find("#more").value));
    write(this.#find("#here"), `Take again from ${clock(this.#cut / film.fps)}`);
    this.#screening.strip.cut = rewinding ? this.#cut : undefined;
    write(this.#find("#continue"), rewinding ? "New take of" : change ? "Change course" : "Go on for");
    this.#find("#continue").hidden = stuck;
    this.#find("#more").hidden = Boolean(change) || stuck;
    this.#find("#over-label").hidden = !words || (!change && !rewinding);
    this.#find("#luck").hidden = !rewinding;
    write(this.#find("#then-hint"), rewinding
      ? "Everything before stays; this take stays, too."
      : change
        ? `Acts from ${clock(this.#screening.nextFrame / film.fps)}.`
        : words && isOpen(film)
          ? `The film is as good as made: it becomes ${longer} longer.`
          : words
            ? ""
            : "“now the sun rises” keeps the scene, “a cat …” is a new one.");
  }

  #layLengths() {
    if (this.#find("#more").options.length > 0) return;
    for (const seconds of MORE) this.#find("#more").add(new Option(span(seconds), seconds, seconds === 10, seconds === 10));
  }

  #layFacts(film) {
    const facts = {
      Seed: [film.seed, ...(film.seeds ?? []).map(({ seed, frame }) => `${seed} from ${clock(frame / film.fps)}`)].join(", "),
      Making: film.mode === "fast" ? "Fast" : "Careful",
      Steps: film.steps,
      Guidance: film.guidance,
      Model: film.pack,
      Frames: film.endless ? `${film.framesDone}, endless` : `${film.framesDone} of ${film.frames}`,
      Picture: `${film.width} × ${film.height}, ${film.fps} frames a second`,
    };
    const { enhancement } = film;
    if (enhancement) facts.Sharpened = `${enhancement.width} × ${enhancement.height}, ${enhancement.frames} of ${film.framesDone} frames`;
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

/** Leaves the DOM alone where nothing changes. */
function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}
