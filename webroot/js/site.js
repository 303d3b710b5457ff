// Where the studio lives: at the root of its host, or below a path of a proxy's choosing.

const root = new URL("../", import.meta.url);

/** A path of the studio ("/films/…") as an address; one that begins with the studio's own path is left as it is. */
export function at(path) {
  const known = root.pathname !== "/" && path.startsWith(root.pathname);
  return root.origin + (known ? "" : root.pathname.slice(0, -1)) + path;
}

/** What the address bar says, as a path of the studio: "/", "/films/…". */
export function here() {
  return `/${location.pathname.slice(root.pathname.length)}`;
}

/** The film with addresses for links. */
export function placed(film) {
  const links = Object.entries(film.links).filter(([, path]) => path);
  const image = film.image && at(film.image);
  return { ...film, ...(image && { image }), links: Object.fromEntries(links.map(([name, path]) => [name, at(path)])) };
}
