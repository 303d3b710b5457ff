// The tree of takes: every take of a film a lane that begins where it left its parent. Clicking one goes there.

import { clock, span, stateWords } from "./words.js";

/** Shows itself only where there is more than one take. */
export class Takes {
  #root;

  constructor(root) {
    this.#root = root;
    this.show([], undefined);
  }

  /** `takes` of one tree; the one with the id `current` is on the screen. */
  show(takes, current) {
    this.#root.hidden = takes.length < 2;
    const longest = Math.max(1, ...takes.map(lengthIn));
    const lanes = inOrder(takes).map((take, index) => lane(take, index + 1, take.id === current, longest));
    this.#root.querySelector("ol").replaceChildren(...lanes);
  }
}

const lengthIn = (take) => Math.max(take.frames ?? 0, take.framesDone);

/** Children after their parents, the oldest first. */
function inOrder(takes) {
  const known = new Set(takes.map(({ id }) => id));
  const below = (parent) =>
    takes.filter((take) => (known.has(take.parent) ? take.parent : undefined) === parent)
      .flatMap((take) => [take, ...below(take.id)]);
  return below(undefined);
}

function lane(take, number, current, longest) {
  const from = take.forkedAt ?? 0;
  const item = document.createElement("li");
  const link = document.createElement("a");
  link.href = take.links.page;
  link.toggleAttribute("data-take", true);
  if (current) link.setAttribute("aria-current", "true");
  const words = what(take, from);
  link.setAttribute("aria-label", `Take ${number}, from ${clock(from / take.fps)}: ${words}. ${stateWords(take)}, ${span(take.framesDone / take.fps)}`);
  const bar = document.createElement("span");
  bar.className = "bar-of-take";
  bar.style.left = `${(from / longest) * 100}%`;
  bar.style.width = `${Math.max(1, ((lengthIn(take) - from) / longest) * 100)}%`;
  const label = document.createElement("span");
  label.className = "words-of-take";
  label.style.paddingLeft = `${Math.min(60, (from / longest) * 100)}%`;
  const name = document.createElement("b");
  name.textContent = `Take ${number}`;
  label.append(name, ` ${words}`);
  link.append(bar, label);
  item.append(link);
  return item;
}

/** What is different in this take. */
function what(take, from) {
  if (take.title) return take.title;
  if (take.parent === undefined || take.parent === null) return take.prompt;
  if (lengthIn(take) <= from) return `as far as ${clock(from / take.fps)}`;
  const own = take.timeline.filter((line) => line.frame >= from).at(0);
  return own ? own.prompt : "the same words again";
}
