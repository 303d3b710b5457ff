// The writing desk: a sentence, a length, a button; everything else is folded away.

import { Problem, createFilm } from "./api.js";
import { recall, remember } from "./memory.js";
import { Picture } from "./picture.js";
import { Plan } from "./plan.js";
import { surprise } from "./surprise.js";
import { span } from "./words.js";

const LENGTHS = [5, 10, 30, 60, 300];
const ENDLESS = "endless";
const SHOWN_EXAMPLES = 4;
const WISHES = { seed: Number, negativePrompt: String, frames: Number, steps: Number, guidance: Number };
const HINTS = {
  fast: "A few steps, so that the film keeps up with you.",
  careful: "More steps and more time; you may say what to leave out and how strictly to follow.",
};

/** Fires "film" (detail: the new film). */
export class Composer extends EventTarget {
  #form;
  #pack;
  #maxPrompt;
  #plan;
  #picture;

  constructor(form, { pack, maxPrompt }) {
    super();
    this.#form = form;
    this.#pack = pack;
    this.#maxPrompt = maxPrompt;
    this.#layLengths();
    this.#layModes();
    this.#layEnhancer();
    this.#layExamples();
    this.#layWords();
    this.#prompt.placeholder = pack.examples[0] ?? "";
    this.#picture = new Picture(form, pack);
    this.#plan = new Plan(form, pack, () => (this.#seconds === ENDLESS ? ENDLESS : this.#frames));
    form.addEventListener("change", () => this.lay());
    this.#find("#frames").addEventListener("input", () => this.lay());
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#roll();
    });
    this.#prompt.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#prompt.addEventListener("input", () => {
      this.#complain("");
      this.lay();
    });
    this.lay();
  }

  /** Lays out what depends on the sentence and the size of the window. */
  lay() {
    this.#plan.lay();
  }

  /** Where the picture lies that the film begins with. */
  get picture() {
    return this.#picture;
  }

  /** Puts a film's wishes back on the desk; how it is made stays as it was, unless `mode` and `enhance` are given. */
  fill({ prompt, seed, mode, steps, guidance, negativePrompt, enhance }) {
    this.#prompt.value = prompt;
    this.lay();
    this.#form.seed.value = seed ?? "";
    if (mode) this.#setMode(mode);
    if (enhance !== undefined) this.#find("#enhance").checked = enhance;
    if (mode === "careful") {
      for (const [name, value] of Object.entries({ steps, guidance, negativePrompt })) this.#find(`#${name}`).value = value;
    }
    this.focus();
  }

  focus() {
    this.#prompt.focus({ preventScroll: true });
    this.#prompt.setSelectionRange(this.#prompt.value.length, this.#prompt.value.length);
  }

  get #prompt() {
    return this.#form.querySelector("#prompt");
  }

  #find(selector) {
    return this.#form.querySelector(selector);
  }

  async #roll() {
    const button = this.#find("#roll");
    if (button.disabled) return; // the Enter key does not ask the button
    const request = this.#read();
    if (!request) return;
    button.disabled = true;
    try {
      const film = await createFilm({ ...request, image: await this.#picture.data });
      this.#complain("");
      this.#prompt.value = "";
      this.#picture.clear();
      this.#plan.clear();
      this.dispatchEvent(new CustomEvent("film", { detail: film }));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      if (error.field === "image") this.#picture.complain(error.message);
      else this.#complain(error.message, error.field);
    } finally {
      button.disabled = false;
    }
  }

  #read() {
    const prompt = this.#prompt.value.trim();
    if (!prompt) return this.#complain("Write a sentence first, or pick one below.", "prompt");
    if (prompt.length > this.#maxPrompt) {
      return this.#complain(`That is ${prompt.length} characters; ${this.#maxPrompt} are the most.`, "prompt");
    }
    const request = this.#seconds === ENDLESS ? { prompt, endless: true } : { prompt, frames: this.#frames };
    if (this.#pack.fast) request.mode = this.#mode;
    if (this.#pack.enhancer) request.enhance = this.#find("#enhance").checked;
    const timeline = this.#plan.timeline;
    if (timeline.length > 0) request.timeline = timeline;
    for (const [name, type] of Object.entries(WISHES)) {
      const input = this.#find(`#${name}`);
      const wish = input.value.trim();
      if (!wish || input.closest("[hidden]")) continue;
      const value = type(wish);
      if (Number.isNaN(value)) return this.#complain(`${wish} is not a number.`, name);
      request[name] = value;
    }
    if (request.frames !== undefined) delete request.endless;
    return request;
  }

  get #seconds() {
    return this.#form.elements.seconds.value;
  }

  /** How many frames are wished for. */
  get #frames() {
    const exact = Number(this.#find("#frames").value);
    if (Number.isInteger(exact) && exact > 0) return exact;
    return this.#seconds === ENDLESS ? undefined : Math.round(Number(this.#seconds) * this.#pack.fps);
  }

  #complain(text, field) {
    this.#find("#composer-problem").textContent = text;
    for (const input of this.#form.querySelectorAll("[aria-invalid]")) input.removeAttribute("aria-invalid");
    if (!field) return;
    const input = field in WISHES ? this.#find(`#${field}`) : this.#prompt;
    input.setAttribute("aria-invalid", "true");
    if (input !== this.#prompt) this.#find("#advanced").open = true;
    input.focus();
  }

  #layLengths() {
    const lengths = [...LENGTHS.map(String), ENDLESS];
    const remembered = recall("length", "10");
    const chosen = lengths.includes(remembered) ? remembered : "10";
    for (const seconds of lengths) {
      const label = document.createElement("label");
      const radio = document.createElement("input");
      Object.assign(radio, { type: "radio", name: "seconds", value: seconds, checked: seconds === chosen });
      radio.addEventListener("change", () => remember("length", seconds));
      label.append(radio, seconds === ENDLESS ? "Endless" : span(Number(seconds)));
      this.#find("#lengths").append(label);
    }
  }

  /** A pack without the fast mode leaves no choice. */
  #layModes() {
    if (!this.#pack.fast) return;
    const modes = this.#find("#modes");
    modes.hidden = false;
    modes.addEventListener("change", () => {
      remember("mode", this.#mode);
      this.#setMode(this.#mode);
    });
    this.#setMode(recall("mode", "fast") === "careful" ? "careful" : "fast");
  }

  /** On until somebody turns it off, where the pack can. */
  #layEnhancer() {
    const { enhancer } = this.#pack;
    if (!enhancer) return;
    this.#find("#enhance-choice").hidden = false;
    const choice = this.#find("#enhance");
    choice.checked = recall("enhance", "yes") === "yes";
    choice.addEventListener("change", () => remember("enhance", choice.checked ? "yes" : "no"));
    this.#find("#enhance-hint").textContent =
      `${enhancer.width} × ${enhancer.height}. The film plays at once; its sharper pictures follow some ` +
      `${span(enhancer.lookAheadSeconds)} of film behind.`;
  }

  get #mode() {
    return this.#form.elements.mode.value;
  }

  #setMode(mode) {
    if (!this.#pack.fast) return;
    this.#form.elements.mode.value = mode;
    this.#find("#mode-hint").textContent = HINTS[mode];
    for (const label of this.#form.querySelectorAll("[data-careful]")) label.hidden = mode === "fast";
  }

  #layExamples() {
    const place = this.#find("#examples");
    const shuffled = this.#pack.examples.slice(1); // the first one is the placeholder
    const deal = () => {
      const shown = shuffled.splice(0, SHOWN_EXAMPLES);
      shuffled.push(...shown);
      const buttons = shown.map((example) => textButton(example, () => this.fill({ prompt: example })));
      if (shuffled.length > SHOWN_EXAMPLES) {
        const others = textButton("Other ideas", deal);
        others.className = "quiet";
        buttons.push(others);
      }
      const chance = textButton("Surprise me", () => this.fill({ prompt: surprise(this.#pack) }));
      chance.className = "quiet";
      chance.id = "surprise";
      buttons.push(chance);
      place.replaceChildren(...buttons);
    };
    deal();
  }

  #layWords() {
    const vocabulary = Object.entries(this.#pack.vocabulary ?? {});
    this.#find("#words-fold").hidden = vocabulary.length === 0;
    const intro = document.createElement("p");
    intro.textContent = `${this.#pack.title || this.#pack.name} is a small model. It grew up on these words; with others it improvises.`;
    const list = document.createElement("dl");
    for (const [kind, words] of vocabulary) {
      const term = document.createElement("dt");
      term.textContent = kind;
      const description = document.createElement("dd");
      for (const word of words) description.append(textButton(word, () => this.#insert(word)), " ");
      list.append(term, description);
    }
    this.#find("#words").append(intro, list);
  }

  #insert(word) {
    const prompt = this.#prompt;
    prompt.value = `${prompt.value.trimEnd()} ${word} `.trimStart();
    this.lay();
    this.focus();
  }
}

function textButton(text, onClick) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", onClick);
  return button;
}
