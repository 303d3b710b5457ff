// How fast a film gets on: what the worker last said, and the time that has passed since.

export class Pace {
  /** Frames of film a second of work; undefined until known. */
  fps;
  #eta;
  #told;

  /** Takes over `fps` and `etaSeconds` of an event, where it has them. */
  tell({ fps, etaSeconds }) {
    if (fps !== undefined) this.fps = fps;
    if (etaSeconds === undefined) return;
    this.#eta = etaSeconds;
    this.#told = performance.now();
  }

  /** The film has other plans now. */
  forget() {
    this.fps = undefined;
    this.#eta = undefined;
  }

  /** Seconds until the film is made; undefined until known. */
  get etaSeconds() {
    return this.#eta === undefined ? undefined : Math.max(0, this.#eta - (performance.now() - this.#told) / 1000);
  }
}
