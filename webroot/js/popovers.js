// Small panels beside what opened them. The browser closes them on Escape and on a click elsewhere.

const GAP = 8;

/** Opens `panel` beside `anchor`, above or below it, always inside the window. */
export function openBeside(panel, anchor) {
  if (!panel.matches(":popover-open")) panel.showPopover();
  const place = () => {
    const { left, right, top, bottom } = anchor.getBoundingClientRect();
    const { offsetWidth: width, offsetHeight: height } = panel;
    const toTheRight = left + width > innerWidth - GAP ? right - width : left;
    const below = bottom + GAP + height <= innerHeight || top < height + GAP;
    panel.style.left = `${Math.max(GAP, Math.min(toTheRight, innerWidth - width - GAP))}px`;
    panel.style.top = `${Math.max(GAP, Math.min(below ? bottom + GAP : top - height - GAP, innerHeight - height - GAP))}px`;
  };
  place();
  const moving = new AbortController();
  const { signal } = moving;
  addEventListener("resize", place, { signal });
  addEventListener("scroll", place, { signal, capture: true, passive: true });
  const growing = new ResizeObserver(place);
  growing.observe(panel);
  panel.addEventListener("toggle", ({ newState }) => {
    if (newState !== "closed") return;
    growing.disconnect();
    moving.abort();
  }, { signal });
}

/** Makes `button` open and close `panel`; `onOpen` may fill it first. Listens until `signal` is aborted. */
export function menu(button, panel, signal, onOpen = () => {}) {
  button.popoverTargetElement = panel;
  panel.addEventListener("beforetoggle", ({ newState }) => newState === "open" && onOpen(), { signal });
  panel.addEventListener("toggle", ({ newState }) => newState === "open" && openBeside(panel, button), { signal });
  signal.addEventListener("abort", () => panel.matches(":popover-open") && panel.hidePopover());
}
