// The light that the screen throws into the room: the film's picture on a canvas of a few pixels.

export class Glow {
  #canvas;
  #pen;
  #video;

  constructor(canvas, video) {
    this.#canvas = canvas;
    this.#pen = canvas.getContext("2d");
    this.#video = video;
  }

  /** Takes over the picture that is shown now, gently: every frame moves the light half of the way. */
  update() {
    if (this.#video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return;
    this.#pen.globalAlpha = 0.5;
    this.#pen.imageSmoothingQuality = "high";
    this.#pen.drawImage(this.#video, 0, 0, this.#canvas.width, this.#canvas.height);
  }
}
