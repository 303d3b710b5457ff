// Loaded before the page is drawn, so that a chosen theme never flashes in the other one. Without a choice the
// page follows the system.
(() => {
  const root = document.documentElement;
  const remember = (theme) => {
    try {
      localStorage.setItem("longtake.theme", theme);
    } catch {
      // Private windows may refuse storage: the choice then lasts as long as the page.
    }
  };
  try {
    const chosen = localStorage.getItem("longtake.theme");
    if (chosen === "light" || chosen === "dark") root.dataset.theme = chosen;
  } catch {
    // As above.
  }
  document.addEventListener("click", (event) => {
    if (!event.target.closest("#theme")) return;
    const systemDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : systemDark;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });
})();
