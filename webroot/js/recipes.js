// Recipes that people bring along, as a file that they choose or let fall onto the page.

import { note } from "./note.js";

const LARGEST = 1 << 20;

/** Calls `use` with what a recipe says. */
export function openRecipes(use) {
  const field = document.querySelector("#recipe-file");
  const drop = document.querySelector("#drop");
  const open = async (file) => {
    try {
      if (file.size > LARGEST) throw new SyntaxError("too large");
      const recipe = JSON.parse(await file.text());
      if (typeof recipe?.prompt !== "string") throw new SyntaxError("no prompt");
      await use(recipe);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      note(`${file.name} is no recipe of a film.`);
    }
  };
  document.querySelector("#open-recipe").addEventListener("click", () => field.click());
  field.addEventListener("change", () => {
    const [file] = field.files;
    field.value = "";
    if (file) open(file);
  });
  const withFile = (event) => event.dataTransfer?.types.includes("Files");
  let depth = 0;
  const show = (by) => {
    depth = Math.max(0, by === 0 ? 0 : depth + by);
    drop.hidden = depth === 0;
  };
  addEventListener("dragenter", (event) => withFile(event) && show(1));
  addEventListener("dragleave", (event) => withFile(event) && show(-1));
  addEventListener("dragover", (event) => withFile(event) && event.preventDefault());
  addEventListener("drop", (event) => {
    if (!withFile(event)) return;
    event.preventDefault();
    show(0);
    const [file] = event.dataTransfer.files;
    if (file) open(file);
  });
}
