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

const typeOf = (codec) => `video/mp4; codecs="${codec}"`;

export class Tape {
  #video;
  #source = new Source();
  #open;
  #buffer;
  #inits = new Map(); // by rendition
  #codec;
  #rendition; // of what was appended last
  #queue = Promise.resolve();

  constructor(video) {
    this.#video = video;
    video.disableRemotePlayback = true; // ManagedMediaSource asks for it
    this.#open = new Promise((resolve) => this.#source.addEventListener("sourceopen", resolve, { once: true }));
    video.src = URL.createObjectURL(this.#source);
    this.#open.then(() => URL.revokeObjectURL(video.src));
  }

  /** What the segments of a rendition (0, 1 …) begin with; the same for all of them, sent again every now and then. */
  init(rendition, bytes) {
    this.#inits.set(rendition, bytes);
  }

  /**
   * Appends a media segment of a rendition whose beginning is known; settles once it can be played. Calls are done in
   * order. What was there of the same time is replaced, also by pictures of another size.
   */
  append(rendition, bytes) {
    return this.#enqueue(async () => {
      await this.#open;
      await this.#turnTo(rendition);
      await this.#appendNow(bytes);
    });
  }

  async #turnTo(rendition) {
    if (rendition === this.#rendition) return;
    const init = this.#inits.get(rendition);
    const codec = codecOf(init);
    this.#buffer ??= this.#source.addSourceBuffer(typeOf(codec));
    if (this.#codec && codec !== this.#codec) this.#buffer.changeType(typeOf(codec));
    this.#codec = codec;
    await this.#appendNow(init);
    this.#rendition = rendition;
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
      await this.#appendNow(this.#inits.get(this.#rendition)); // appending is the only way back to "open"
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

  /** Whether all pictures from `start` to `end` (seconds) are buffered. */
  covers(start, end) {
    const ranges = this.#video.buffered;
    for (let i = 0; i < ranges.length; i++) {
      if (ranges.start(i) - ROUNDING <= start && end <= ranges.end(i) + ROUNDING) return true;
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
