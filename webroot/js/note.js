// A word in passing, at the foot of the page; with something to do about it, if there is.

const SHOWN_FOR = 4000;
const SHOWN_WITH_ACTION = 12000;
let timer;

/** Says `text`; `action`: {words, run} puts a button beside it. */
export function note(text, action) {
  const place = document.querySelector("#note");
  clearTimeout(timer);
  place.replaceChildren(text);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = action.words;
    button.addEventListener("click", () => {
      place.replaceChildren();
      action.run();
    });
    place.append(" ", button);
  }
  timer = setTimeout(clear, action ? SHOWN_WITH_ACTION : SHOWN_FOR);
}

/** It stays for as long as somebody is about to press its button. */
function clear() {
  const place = document.querySelector("#note");
  if (place.matches(":hover, :focus-within")) timer = setTimeout(clear, SHOWN_FOR);
  else place.replaceChildren();
}
