// What people bring along: recipes as files that they choose, recipes and pictures that they let fall onto the page, and
// pictures that they paste.

import { note } from "./note.js";
import { Picture } from "./picture.js";

const LARGEST = 1 << 20;

/** Calls `use` with what a recipe says, and `begin` with a picture's file. */
export function openFiles(use, begin) {
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
    if (file) (Picture.is(file) ? begin : open)(file);
  });
  document.addEventListener("paste", (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find(Picture.is);
    if (!file) return;
    event.preventDefault();
    begin(file);
  });
}
