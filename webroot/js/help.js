// The sheet with all keys; "?" opens it wherever nobody is typing.

const writing = (target) => target.closest?.("input:not([type=radio]):not([type=checkbox]), textarea, select");

export function helpOn(dialog) {
  const open = () => !dialog.open && dialog.showModal();
  document.querySelector("#help-button").addEventListener("click", open);
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.addEventListener("keydown", (event) => {
    if (event.key !== "?" || event.ctrlKey || event.metaKey || writing(event.target)) return;
    event.preventDefault();
    open();
  });
}
