// A shared film, on its own page and framed by others: plays it, live while it is being made. Keeps nothing in the
// browser.

import { Glow } from "./glow.js";
import { newKey } from "./keys.js";
import { Live } from "./live.js";
import { Player } from "./player.js";
import { clock, figures, stateWords } from "./words.js";

const JOIN_BEHIND = 3; // seconds before the newest frame
const JOIN_CHUNKS = 64;
const FAR_BEHIND = 6;
const QUIET_AFTER = 2500;
const PLAY = "M7 5l12 7-12 7z";
const PAUSE = "M8 5v14M16 5v14";
const CURTAIN = {
  queued: "Waiting for a free projector …",
  running: "The first pictures are coming …",
  paused: "The first pictures are coming …",
  stopped: "Stopped before the first picture.",
  failed: "There is no picture.",
};

const $ = (selector) => document.querySelector(selector);
const { film: given, media } = JSON.parse($("#config").textContent);
// Seen from this page, so that it works wherever the studio is.
const here = (film) => ({ ...film, links: { live: `${media}live`, video: `${media}video.mp4` } });

let film = here(given);
let pace = {};
let away = false;
let preview = 0;
let shownLines = "";
const remixKey = newKey();

const video = $("#video");
const cinema = $("#cinema");
cinema.style.setProperty("--ratio", String(film.width / film.height));
const glow = new Glow($(".glow"), video);
const active = () => !["finished", "stopped", "failed"].includes(film.state);
const seconds = () => film.framesDone / film.fps;
const chunkOf = (frame) =>
  frame < film.chunkFrames ? 0 : 1 + Math.floor((frame - film.chunkFrames) / film.chunkStep);

const start = active() ? Math.max(0, seconds() - JOIN_BEHIND) : 0;
const player = new Player(video, film, start);
const live = new Live(film.links.live, Math.max(0, chunkOf(Math.floor(start * film.fps)) - JOIN_CHUNKS));

live.addEventListener("event", ({ detail }) => onEvent(detail));
live.addEventListener("init", ({ detail }) => player.init(detail));
live.addEventListener("segment", ({ detail }) => player.segment(detail, () => live.acknowledge(detail.chunk)));
live.addEventListener("preview", ({ detail }) => onPreview(detail));
live.addEventListener("up", () => setAway(false));
live.addEventListener("down", () => setAway(true));
live.addEventListener("gone", gone);
player.addEventListener("frame", () => {
  glow.update();
  update();
});
player.addEventListener("need", ({ detail }) => live.seek(chunkOf(detail)));

$("#play").addEventListener("click", () => player.toggle());
video.addEventListener("click", () => player.toggle());
$("#newest").addEventListener("click", () => player.seek(Infinity));
$("#seek").addEventListener("input", ({ target }) => player.seek(Number(target.value)));
$("#full").addEventListener("click", fullScreen);
$("#remix")?.addEventListener("click", remix);
addEventListener("keydown", onKey);
for (const type of ["pointermove", "pointerdown", "keydown", "focusin"]) addEventListener(type, wake);
update();
wake();

function onEvent(event) {
  switch (event.type) {
    case "state":
      return show(event.film);
    case "queue":
      return show({ ...film, queuePosition: event.position });
    case "progress":
      pace = { fps: event.fps ?? pace.fps, etaSeconds: event.etaSeconds ?? pace.etaSeconds };
      $("#develop").style.filter = `blur(${(1 - event.step / event.steps).toFixed(2)}rem)`;
      return update();
    case "chunk":
      return show({ ...film, chunksDone: event.chunk + 1, framesDone: event.framesDone });
  }
}

function show(newer) {
  if (newer.state !== film.state || newer.frames !== film.frames) pace = {};
  film = here(newer);
  player.film = film;
  update();
}

async function onPreview({ firstFrame, bytes }) {
  const turn = ++preview;
  const image = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
  if (turn !== preview || firstFrame < film.framesDone) return;
  const canvas = $("#develop");
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext("2d").drawImage(image, 0, 0);
  update();
}

function setAway(now) {
  away = now;
  update();
}

/** The link shows nothing any more, so neither does the page. */
function gone() {
  live.close();
  video.pause();
  video.removeAttribute("src");
  video.load();
  cinema.dataset.state = "gone";
  cinema.removeAttribute("data-lit");
  $(".glow").getContext("2d").clearRect(0, 0, 8, 8);
  write($("#curtain"), "This link is gone: it has expired or was taken back.");
  for (const selector of [".panel", "#deeds", "#lines", "#develop"]) if ($(selector)) $(selector).hidden = true;
  if ($("#state")) $("#state").dataset.state = "gone";
  write($("#state-words"), "The link is gone");
  write($("#figures"), "");
}

function update() {
  if (cinema.dataset.state === "gone") return;
  const { lit, paused, time } = player;
  cinema.dataset.state = away ? "away" : film.state;
  cinema.toggleAttribute("data-lit", lit);
  cinema.toggleAttribute("data-paused", lit && paused);
  const developing = preview > 0 && film.state === "running" && player.atEdge && !(lit && paused);
  cinema.toggleAttribute("data-developing", developing);
  write($("#curtain"), film.framesDone > 0 ? "" : (film.error ?? CURTAIN[film.state] ?? ""));
  $("#play").setAttribute("aria-label", paused ? "Play" : "Pause");
  $("#play path").setAttribute("d", paused ? PLAY : PAUSE);
  const seek = $("#seek");
  seek.max = seconds() || 1;
  if (document.activeElement !== seek || !seek.matches(":active")) seek.value = time;
  seek.setAttribute("aria-valuetext", `${clock(time)} of ${clock(seconds())}`);
  write($("#clock"), `${clock(time)} / ${clock(seconds())}`);
  $("#newest").hidden = !(player.active && player.behind > FAR_BEHIND);
  write($("#state-words"), away ? "Connection lost, trying again" : stateWords(film));
  if ($("#state")) about(time);
}

/** What only the page itself has. */
function about(time) {
  $("#state").dataset.state = away ? "away" : film.state;
  write($("#figures"), figures(film, pace));
  write($("h1"), film.title);
  write($("#film-problem"), film.error ?? "");
  $("#keep").hidden = !film.downloads;
  $("#remix").hidden = !film.remix;
  $("#recipe").hidden = !film.prompts;
  const frame = Math.max(0, Math.min(film.framesDone - 1, Math.floor(time * film.fps + 0.01)));
  $("#frame").href = `${media}frame.png?frame=${frame}&download=1`;
  lines(frame);
}

function lines(frame) {
  const list = $("#lines");
  const timeline = film.timeline.length > 1 ? film.timeline : []; // the only sentence is the title
  list.hidden = timeline.length === 0;
  const wanted = JSON.stringify(timeline);
  if (wanted !== shownLines) {
    shownLines = wanted;
    list.replaceChildren(...timeline.map((line) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      const at = document.createElement("time");
      at.textContent = clock(line.frame / film.fps);
      const words = document.createElement("span");
      words.textContent = line.prompt;
      button.append(at, words);
      button.addEventListener("click", () => player.seek(line.frame / film.fps));
      item.append(button);
      return item;
    }));
  }
  const current = timeline.findLastIndex((line) => line.frame <= frame);
  [...list.children].forEach((item, i) => {
    if (i === current) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  });
}

async function remix() {
  const button = $("#remix");
  button.disabled = true;
  write($("#film-problem"), "");
  try {
    const response = await fetch(`${media}remix`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": remixKey },
      body: "{}",
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.detail ?? `The studio said ${response.status}.`);
    location.href = new URL(`../films/${answer.id}`, location.href);
  } catch (error) {
    write($("#film-problem"), error instanceof TypeError ? "The studio doesn't answer." : error.message);
  } finally {
    button.disabled = false;
  }
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else cinema.requestFullscreen?.();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.("input, button, a, summary")) return;
  const step = 1 / film.fps;
  const action = {
    " ": () => player.toggle(),
    ArrowLeft: () => player.seek(player.time - 1),
    ArrowRight: () => player.seek(player.time + 1),
    ",": () => stepBy(-step),
    ".": () => stepBy(step),
    Home: () => player.seek(0),
    End: () => player.seek(Infinity),
    f: fullScreen,
  }[event.key];
  if (!action) return;
  event.preventDefault();
  action();
}

function stepBy(time) {
  video.pause();
  player.seek(player.time + time);
}

/** Controls show while somebody moves, and go when nobody does. */
function wake() {
  cinema.toggleAttribute("data-awake", true);
  clearTimeout(wake.timer);
  wake.timer = setTimeout(() => cinema.removeAttribute("data-awake"), QUIET_AFTER);
}

/** Leaves the DOM alone where nothing changes, so that a screen reader isn't told twice. */
function write(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}
