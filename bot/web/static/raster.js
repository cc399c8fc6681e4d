// Draws operations. The bitmap is a cache for the eye: only the operations are sent.

const BAKED_AFTER = 80;
const BAKED_STEP = 40;
const AROUND = 3;

export class Raster {
  // `canvas` shows the mask; `size` is the picture's, `scale` how much smaller the canvas is.
  constructor(canvas, size, scale, kept) {
    this.size = size;
    this.scale = scale;
    this.kept = kept;
    this.color = "#000";
    canvas.width = Math.round(size[0] * scale);
    canvas.height = Math.round(size[1] * scale);
    this.canvas = canvas;
    this.shown = canvas.getContext("2d");
    // Without the operation that is being drawn.
    this.before = this.#twin();
    // The first `bakedCount` operations.
    this.baked = this.#twin();
    this.bakedCount = 0;
  }

  #twin() {
    const { width, height } = this.canvas;
    return new OffscreenCanvas(width, height).getContext("2d");
  }

  // A stroke that grows: only its newest part is drawn, from its point `from` on.
  extend(operation, from) {
    this.#stroke(this.shown, { ...operation, p: operation.p.slice(Math.max(0, from - 2)) });
  }

  // As one path: parts that overlap would have made its rim too strong.
  finish(operation) {
    const area = this.#area(operation);
    this.#copy(this.before, this.shown, area);
    this.#draw(this.shown, operation);
    this.#copy(this.shown, this.before, area);
  }

  takeBack() {
    this.#copy(this.before, this.shown);
  }

  // All of it anew, from the last bitmap that was put by.
  replay(operations) {
    if (operations.length < this.bakedCount) {
      this.bakedCount = 0;
      this.#clear(this.baked);
    }
    this.bake(operations);
    this.#copy(this.baked, this.before);
    for (const each of operations.slice(this.bakedCount)) this.#draw(this.before, each);
    this.#copy(this.before, this.shown);
  }

  bake(operations) {
    while (operations.length - this.bakedCount > BAKED_AFTER)
      for (let n = 0; n < BAKED_STEP; n++) this.#draw(this.baked, operations[this.bakedCount++]);
  }

  recolor(color) {
    this.color = color;
    for (const context of [this.shown, this.before, this.baked]) {
      context.globalCompositeOperation = "source-in";
      this.#whole(context);
    }
  }

  // How much is marked, 0 to 1; about right, since browsers may blur what they let us read.
  coverage() {
    const small = new OffscreenCanvas(128, 128).getContext("2d");
    small.imageSmoothingQuality = "medium";
    small.drawImage(this.before.canvas, 0, 0, 128, 128);
    const { data } = small.getImageData(0, 0, 128, 128);
    let sum = 0;
    for (let at = 3; at < data.length; at += 4) sum += data[at];
    return sum / 255 / (128 * 128);
  }

  #draw(context, operation) {
    const [width, height] = this.size;
    context.globalCompositeOperation = operation.e ? "destination-out" : "source-over";
    switch (operation.t) {
      case "s": return this.#stroke(context, operation);
      case "l": return this.#fill(context, operation.p);
      case "b": return this.#box(context, operation.p);
      case "m": return this.#move(context, operation.p);
      case "c": return this.#clear(context);
      case "k": return this.kept && this.#scaled(context, () => context.drawImage(this.kept, 0, 0, width, height));
      case "i":
        context.globalCompositeOperation = "xor";
        this.#whole(context);
    }
  }

  #scaled(context, draw) {
    context.setTransform(this.canvas.width / this.size[0], 0, 0, this.canvas.height / this.size[1], 0, 0);
    context.fillStyle = context.strokeStyle = this.color;
    draw();
    context.setTransform(1, 0, 0, 1, 0, 0);
  }

  #path(context, p) {
    context.beginPath();
    context.moveTo(p[0], p[1]);
    for (let at = 2; at < p.length; at += 2) context.lineTo(p[at], p[at + 1]);
  }

  #stroke(context, { e, r, p }) {
    context.globalCompositeOperation = e ? "destination-out" : "source-over";
    this.#scaled(context, () => {
      this.#path(context, p.length > 2 ? p : [...p, ...p]);
      context.lineWidth = 2 * r;
      context.lineCap = context.lineJoin = "round";
      context.stroke();
    });
  }

  #fill(context, p) {
    this.#scaled(context, () => {
      this.#path(context, p);
      context.fill("evenodd");
    });
  }

  #box(context, [left, top, right, bottom]) {
    this.#scaled(context, () => context.fillRect(left, top, right - left, bottom - top));
  }

  #move(context, [across, down]) {
    context.globalCompositeOperation = "copy";
    context.drawImage(context.canvas, Math.round(across * this.scale), Math.round(down * this.scale));
  }

  #whole(context) {
    context.fillStyle = this.color;
    context.fillRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #clear(context) {
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
  }

  #copy(from, to, area) {
    const { width, height } = this.canvas;
    const [x, y, w, h] = area ?? [0, 0, width, height];
    if (w <= 0 || h <= 0) return;
    to.globalCompositeOperation = "source-over";
    to.clearRect(x, y, w, h);
    to.drawImage(from.canvas, x, y, w, h, x, y, w, h);
  }

  // The part of the canvas that an operation can touch; none: all of it.
  #area({ t, r = 0, p }) {
    if (!"sbl".includes(t)) return null;
    const { width, height } = this.canvas;
    let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let at = 0; at < p.length; at += 2) {
      left = Math.min(left, p[at]);
      right = Math.max(right, p[at]);
      top = Math.min(top, p[at + 1]);
      bottom = Math.max(bottom, p[at + 1]);
    }
    const low = (value) => Math.max(0, Math.floor((value - r) * this.scale) - AROUND);
    const high = (value, side) => Math.min(side, Math.ceil((value + r) * this.scale) + AROUND);
    const [x, y] = [low(left), low(top)];
    return [x, y, high(right, width) - x, high(bottom, height) - y];
  }
}
