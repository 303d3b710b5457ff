// Media Source Extensions made simple: a <video> that is fed with fragmented MP4, one segment after the other.

const Source = globalThis.MediaSource ?? globalThis.ManagedMediaSource;
const KEPT_BEHIND = 30;
const ROUNDING = 0.02; // seconds that timestamps may be off without being a gap

export const canStream = Source !== undefined && Source.isTypeSupported('video/mp4; codecs="avc1.42C01E"');

/** Reads "avc1.PPCCLL" out of an init segment's avcC box. */
export function codecOf(init) {
  for (let i = 0; i + 8 < init.length; i++) {
    if (init[i] === 0x61 && init[i + 1] === 0x76 && init[i + 2] === 0x63 && init[i + 3] === 0x43) {
      const hex = [...init.subarray(i + 5, i + 8)].map((byte) => byte.toString(16).padStart(2, "0"));
      return `avc1.${hex.join("")}`;
    }
  }
  throw new Error("The init segment holds no H.264 track");
}

export class Tape {
  #video;
  #source = new Source();
  #open;
  #buffer;
  #init;
  #queue = Promise.resolve();

  constructor(video) {
    this.#video = video;
    video.disableRemotePlayback = true; // ManagedMediaSource asks for it
    this.#open = new Promise((resolve) => this.#source.addEventListener("sourceopen", resolve, { once: true }));
    video.src = URL.createObjectURL(this.#source);
    this.#open.then(() => URL.revokeObjectURL(video.src));
  }

  /** Appends an init or a media segment; settles once it can be played. Calls are done in order. */
  append(bytes, isInit = false) {
    return this.#enqueue(async () => {
      await this.#open;
      if (isInit) {
        if (this.#init) return; // the same for all chunks of a film, sent again on every connection
        this.#init = bytes;
        this.#buffer = this.#source.addSourceBuffer(`video/mp4; codecs="${codecOf(bytes)}"`);
      }
      await this.#appendNow(bytes);
    });
  }

  /** No more is to come for now: lets the video end (and loop). Appending again takes it back. */
  end() {
    return this.#enqueue(async () => {
      await this.#open;
      if (this.#buffer && this.#source.readyState === "open") this.#source.endOfStream();
    });
  }

  /** More is to come after all: the video then waits at its end instead of being over. */
  reopen() {
    return this.#enqueue(async () => {
      if (this.#source.readyState !== "ended") return;
      await this.#appendNow(this.#init); // appending is the only way back to "open"
      this.#source.duration = Infinity;
    });
  }

  /** Whether the picture at `time` (seconds) is buffered. */
  holds(time) {
    const ranges = this.#video.buffered;
    for (let i = 0; i < ranges.length; i++) {
      if (ranges.start(i) - ROUNDING <= time && time < ranges.end(i)) return true;
    }
    return false;
  }

  /** The end in seconds of the newest that is buffered. */
  get newest() {
    const ranges = this.#video.buffered;
    return ranges.length ? ranges.end(ranges.length - 1) : 0;
  }

  #enqueue(task) {
    const done = this.#queue.then(task);
    this.#queue = done.catch(() => {}); // one bad segment must not block the next
    return done;
  }

  async #appendNow(bytes) {
    try {
      this.#buffer.appendBuffer(bytes);
    } catch (error) {
      if (error.name !== "QuotaExceededError") throw error;
      await this.#forget();
      this.#buffer.appendBuffer(bytes);
    }
    await this.#updated();
  }

  /** The browser's memory is full: drops what was watched long ago. Seeking there fetches it again. */
  async #forget() {
    this.#buffer.remove(0, Math.max(0.1, this.#video.currentTime - KEPT_BEHIND));
    await this.#updated();
  }

  #updated() {
    const buffer = this.#buffer;
    return new Promise((resolve, reject) => {
      const settle = (event) => {
        buffer.removeEventListener("updateend", settle);
        buffer.removeEventListener("error", settle);
        if (event.type === "error") reject(new Error("The browser can't decode this segment"));
        else resolve();
      };
      buffer.addEventListener("updateend", settle);
      buffer.addEventListener("error", settle);
    });
  }
}
