// How numbers and states are said to people.

/** 75 → "1:15", 3700 → "1:01:40". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds + 1e-6));
  const pad = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(whole / 60) % 60;
  const hours = Math.floor(whole / 3600);
  return hours ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}

/** 10 → "10 s", 60 → "1 min". */
export function span(seconds) {
  if (seconds < 60) return `${Number(seconds.toFixed(1))} s`;
  return seconds % 60 ? `${clock(seconds)} min` : `${seconds / 60} min`;
}

/** How long it still takes, no more exact than a person needs: "12 s left", "about 3 min left". */
export function left(seconds) {
  if (seconds < 1) return "almost done";
  if (seconds < 60) return `${Math.ceil(seconds)} s left`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min left`;
  return `about ${Math.round(seconds / 3600)} h left`;
}

/** What a film is called: by its maker, or else its first sentence. */
export const titleOf = (film) => film.title || film.prompt;

/** The film's state in a word or two. */
export function stateWords(film) {
  const waiting = film.queuePosition ?? 0;
  switch (film.state) {
    case "queued":
      if (waiting === 0) return "Up next";
      return waiting === 1 ? "Waiting, 1 film before this" : `Waiting, ${waiting} films before this`;
    case "running":
      return "Rolling";
    case "paused":
      return "Paused";
    case "stopped":
      return "Stopped";
    case "failed":
      return "Something broke";
    default:
      return "Finished";
  }
}

/** How far a film is sharpened: "Sharpening · 48 of 240 frames · 12 s left"; "" where it is not to be, or all of it is. */
export function sharpening(film, pace) {
  const { enhancement } = film;
  if (!enhancement || film.framesDone === 0) return "";
  const { state, frames, lookAheadFrames } = enhancement;
  const whole = film.endless ? film.framesDone : Math.max(film.framesDone, isUnderWay(film) ? film.frames : 0);
  const parts = [`${frames} of ${whole} frames`];
  switch (state) {
    case "done":
      return "Sharpened";
    case "failed":
      return `Sharpening stopped · ${parts[0]}`;
    case "resting":
      return `Sharpening rests · ${parts[0]}`;
    case "waiting":
      if (film.framesDone < lookAheadFrames && isUnderWay(film)) parts[0] = `begins after ${span(lookAheadFrames / film.fps)} of film`;
      break;
    default:
  }
  if (pace?.etaSeconds !== undefined && state !== "failed") parts.push(left(pace.etaSeconds));
  return `Sharpening · ${parts.join(" · ")}`;
}

const isUnderWay = ({ state }) => ["queued", "running", "paused"].includes(state);

/** The figures beside the state: length, speed, time left. `pace` = {fps, etaSeconds}, both optional. */
export function figures(film, pace) {
  const made = clock(film.framesDone / film.fps);
  if (!isUnderWay(film)) return made;
  const parts = [film.endless ? `${made}, endless` : `${made} of ${clock(film.frames / film.fps)}`];
  if (film.state === "running" && pace.fps) parts.push(`${pace.fps.toFixed(1)} frames a second`);
  if (film.state === "running" && !film.endless && pace.etaSeconds !== undefined) parts.push(left(pace.etaSeconds));
  return parts.join(" · ");
}
