// A shared film: watch, go through it, download.

import { Screening } from "./screening.js";

const { film } = JSON.parse(document.querySelector("#config").textContent);
const root = document.querySelector("#screening");
const screening = new Screening(root, film);

screening.addEventListener("gone", () => {
  screening.close();
  document.querySelector("#state-words").textContent = "The link was taken back";
  document.querySelector("#state").dataset.state = "stopped";
});
