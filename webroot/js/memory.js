// Small settings that outlive a visit.

/** The remembered value, or `otherwise` where there is none or storage is refused. */
export function recall(key, otherwise) {
  try {
    return localStorage.getItem(`longtake.${key}`) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(`longtake.${key}`, value);
  } catch {
    // Private windows may refuse storage; the setting then lasts as long as the page.
  }
}
