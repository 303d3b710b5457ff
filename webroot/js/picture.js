// The picture that a film begins with: chosen, dropped onto the page or pasted; shown small until the film rolls.

const LARGEST = 10 * 2 ** 20;
const THUMBNAIL = 160; // pixels, of the shorter side

export class Picture {
  #form;
  #ratio;
  #file;
  #possible;
  #turn = 0;

  /** Lays the picture's place in `form`; films of `pack` are as wide as they are. */
  constructor(form, pack) {
    this.#form = form;
    this.#ratio = pack.width / pack.height;
    const field = this.#find("#picture-file");
    this.#possible = pack.images;
    this.#add.hidden = !pack.images;
    this.#add.addEventListener("click", () => field.click());
    field.addEventListener("change", () => {
      const [file] = field.files;
      field.value = "";
      if (file) this.use(file);
    });
    this.#find("#picture-remove").addEventListener("click", () => {
      this.clear();
      this.#add.focus();
    });
  }

  /** Whether a file is for here. */
  static is(file) {
    return file.type.startsWith("image/");
  }

  /** Takes a file, if it is not too large; what else is wrong with it, the studio says. */
  async use(file) {
    if (!this.#possible) return this.complain("This model can't begin a film with a picture.");
    if (file.size > LARGEST) {
      return this.complain(`${file.name} has ${Math.ceil(file.size / 2 ** 20)} MB; 10 are the most for a picture.`);
    }
    const turn = ++this.#turn;
    this.#file = file;
    this.complain("");
    this.#find("#picture-name").textContent = file.name;
    await this.#show(file, turn);
    if (turn !== this.#turn) return undefined;
    this.#find("#picture").hidden = false;
    this.#add.hidden = true;
    return undefined;
  }

  /** Takes the picture that another film began with; none if there is no address. */
  async fetch(address) {
    this.clear();
    if (!address) return;
    const turn = this.#turn;
    const answer = await fetch(address).catch(() => undefined);
    if (!answer?.ok) return this.complain("The picture that the film began with is not here.");
    const bytes = await answer.blob();
    if (turn === this.#turn) await this.use(new File([bytes], "the same picture", { type: bytes.type }));
    return undefined;
  }

  /** No picture. */
  clear() {
    this.#turn++;
    this.#file = undefined;
    this.complain("");
    if (this.#find("#picture").hidden) return;
    this.#find("#picture").hidden = true;
    this.#add.hidden = false;
  }

  /** The picture as a data URI; undefined for none. */
  get data() {
    if (!this.#file) return Promise.resolve(undefined);
    return new Promise((resolve, reject) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => resolve(reader.result));
      reader.addEventListener("error", () => reject(reader.error));
      reader.readAsDataURL(this.#file);
    });
  }

  /** Says what is wrong, where the picture is. */
  complain(text) {
    this.#find("#picture-problem").textContent = text;
  }

  /** The part of it that the film will show. A picture of a kind that this browser doesn't know has a name only. */
  async #show(file, turn) {
    const canvas = this.#find("#picture canvas");
    canvas.hidden = true;
    try {
      const image = await createImageBitmap(file);
      if (turn !== this.#turn) return;
      const width = Math.min(image.width, image.height * this.#ratio);
      const height = width / this.#ratio;
      canvas.width = THUMBNAIL * Math.max(1, this.#ratio);
      canvas.height = THUMBNAIL * Math.max(1, 1 / this.#ratio);
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.fillStyle = "white";
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(
        image, (image.width - width) / 2, (image.height - height) / 2, width, height, 0, 0, canvas.width, canvas.height,
      );
      image.close();
      canvas.hidden = false;
    } catch {
      // it is still sent
    }
  }

  get #add() {
    return this.#find("#add-picture");
  }

  #find(selector) {
    return this.#form.querySelector(selector);
  }
}
