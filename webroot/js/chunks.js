// How a film is cut: the first chunk shows `chunkFrames`, every later one `chunkStep` more.

/** The chunk that shows `frame`. */
export function chunkOf({ chunkFrames, chunkStep }, frame) {
  return frame < chunkFrames ? 0 : 1 + Math.floor((frame - chunkFrames) / chunkStep);
}

/** The first frame of `chunk`, where a change can act. */
export function firstFrame({ chunkFrames, chunkStep }, chunk) {
  return chunk <= 0 ? 0 : chunkFrames + (chunk - 1) * chunkStep;
}

/** The border between chunks that is nearest to `frame`. */
export function nearestBorder(film, frame) {
  const before = firstFrame(film, chunkOf(film, Math.max(0, frame)));
  const after = firstFrame(film, chunkOf(film, Math.max(0, frame)) + 1);
  return frame - before <= after - frame ? before : after;
}

export const isActive = ({ state }) => state === "queued" || state === "running";

/** Whether more pictures may come by themselves or at the press of a button. */
export const isOpen = (film) => isActive(film) || film.state === "paused";

/** The frames there are and are to be. */
export function lengthOf(film) {
  if (film.endless) return Math.max(film.framesDone, openFrame(film)) + 4 * film.chunkStep;
  return isOpen(film) || film.framesDone === 0 ? film.frames : film.framesDone;
}

/** The first frame that a new sentence can still reach, as the studio says. */
export const openFrame = ({ open }) => open.frame;

/** Whether all that the film shows of `chunk` is sharpened. */
export const isSharp = (film, chunk) =>
  firstFrame(film, chunk) < film.framesDone &&
  Math.min(firstFrame(film, chunk + 1), film.framesDone) <= (film.enhancement?.frames ?? 0);

/** "made", "making" or "planned". */
export function stateOf(film, chunk) {
  if (firstFrame(film, chunk) < film.framesDone) return "made";
  const making = film.making ?? (film.state === "running" ? film.chunksDone : undefined);
  return chunk === making ? "making" : "planned";
}
