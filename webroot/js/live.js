// The live socket of one film: events as JSON, media as binary, reconnecting by itself from where it was.

const INIT = 1;
const SEGMENT = 2;
const PREVIEW = 3;
const HEADER = 16;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 8000;
const REFUSED = 0; // no code of the protocol

/**
 * Events, on the instance: "event" (detail: the server's event), "init", "segment" and "preview" (detail: {rendition,
 * chunk, firstFrame, frameCount, bytes}; `rendition` is 0 for the film as it was made and 1 for the sharpened one), "up",
 * "down", and "gone" when there is no film to come back to.
 */
export class Live extends EventTarget {
  #path;
  #socket;
  #lastEvent;
  #chunk;
  #plain = new Set(); // chunks that came as they were made, and not sharpened yet
  #pause = FIRST_PAUSE;
  #timer;
  #closed = false;
  #wake = () => this.#reconnectNow();
  // A socket may take minutes to notice that there is no network any more.
  #lose = () => this.#socket && this.#onClose(this.#socket);

  /** `chunk` is the first one wanted. */
  constructor(path, chunk = 0) {
    super();
    this.#path = path;
    this.#chunk = chunk;
    addEventListener("online", this.#wake);
    addEventListener("offline", this.#lose);
    document.addEventListener("visibilitychange", this.#wake);
    this.#connect();
  }

  /** Tells the server that there is room for one more segment. */
  acknowledge(chunk) {
    this.#send({ ack: chunk });
  }

  /** Goes on from another chunk. */
  seek(chunk) {
    this.#chunk = chunk;
    this.#send({ seek: chunk });
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    removeEventListener("online", this.#wake);
    removeEventListener("offline", this.#lose);
    document.removeEventListener("visibilitychange", this.#wake);
    this.#socket?.close();
  }

  #connect() {
    const url = new URL(this.#path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("chunk", this.#chunk);
    if (this.#lastEvent) url.searchParams.set("from", this.#lastEvent);
    // What was sharpened while nobody listened comes, too.
    const plain = [...this.#plain].reduce((first, chunk) => Math.min(first, chunk), this.#chunk);
    if (plain < this.#chunk) url.searchParams.set("plain", plain);
    const socket = new WebSocket(url);
    let opened = false;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      opened = true;
      this.#pause = FIRST_PAUSE;
      this.#tell("up");
    };
    socket.onmessage = ({ data }) => socket === this.#socket && (typeof data === "string" ? this.#onText(data) : this.#onBinary(data));
    socket.onclose = ({ code }) => this.#onClose(socket, opened ? code : REFUSED);
    this.#socket = socket;
  }

  #onText(text) {
    const event = JSON.parse(text);
    if (event.id) this.#lastEvent = event.id;
    this.#tell("event", event);
  }

  #onBinary(data) {
    const view = new DataView(data);
    if (data.byteLength < HEADER || view.getUint8(0) !== 1) return;
    const bytes = new Uint8Array(data, HEADER);
    const part = {
      rendition: view.getUint16(2),
      chunk: view.getUint32(4),
      firstFrame: view.getUint32(8),
      frameCount: view.getUint32(12),
      bytes,
    };
    switch (view.getUint8(1)) {
      case INIT:
        return this.#tell("init", part);
      case SEGMENT:
        this.#arrived(part);
        return this.#tell("segment", part);
      case PREVIEW:
        return this.#tell("preview", part);
    }
  }

  /**
   * The newest chunk is asked for again on reconnection: it may have grown meanwhile, and appending it twice does no
   * harm. One that comes again because it was sharpened says nothing of how far the film has come.
   */
  #arrived({ rendition, chunk }) {
    const again = rendition !== 0 && this.#plain.delete(chunk);
    if (rendition === 0) this.#plain.add(chunk);
    if (!again) this.#chunk = chunk;
  }

  #onClose(socket, code) {
    if (this.#closed || socket !== this.#socket) return;
    this.#socket = undefined;
    socket.close();
    if (code >= 4400 && code < 4500) return this.#end();
    if (code === REFUSED) this.#askWhy();
    this.#tell("down");
    this.#timer = setTimeout(() => this.#connect(), this.#pause * (0.5 + Math.random()));
    this.#pause = Math.min(LONGEST_PAUSE, this.#pause * 2);
  }

  /** Browsers don't tell why a socket was refused; the address itself does. */
  async #askWhy() {
    const answer = await fetch(this.#path, { cache: "no-store" }).catch(() => undefined); // no network either
    if (answer?.status === 404 && !this.#closed) this.#end();
  }

  #end() {
    this.close();
    this.#tell("gone");
  }

  #reconnectNow() {
    if (this.#closed || this.#socket || document.visibilityState === "hidden") return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  #send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }));
  }
}
