// A word in passing, at the foot of the page.

const SHOWN_FOR = 4000;
let timer;

export function note(text) {
  const place = document.querySelector("#note");
  clearTimeout(timer);
  place.textContent = text;
  timer = setTimeout(() => (place.textContent = ""), SHOWN_FOR);
}
