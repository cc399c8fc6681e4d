// One operation from where it begins to where it ends, whoever guides it: pointer or keys.

import { place } from "./model.js";

const STEP_MIN = 0.5;
const STEP_PER_RADIUS = 0.06;

export class Painter {
  constructor(model, raster, view, choice, mask) {
    Object.assign(this, { model, raster, view, choice, mask });
    this.operation = null;
    // Where the last stroke ended, for a straight line.
    this.last = null;
    this.full = () => {};
  }

  get busy() {
    return this.operation !== null;
  }

  // How many points the begun operation has.
  get points() {
    return (this.operation?.p.length ?? 0) / 2;
  }

  begin(at, { erase = false, line = false } = {}) {
    const { tool, radius } = this.choice;
    const start = this.#place(at);
    const e = erase || tool === "erase" ? { e: 1 } : {};
    this.start = at;
    if (tool === "box") this.operation = { t: "b", ...e, p: [...start, ...start] };
    else if (tool === "lasso") this.operation = { t: "l", ...e, p: start };
    else if (tool === "move") this.operation = { t: "m", p: [0, 0] };
    else this.operation = { t: "s", ...e, r: radius, p: line && this.last ? [...this.last, ...start] : start };
    if (this.operation.t === "s") this.raster.extend(this.operation, 0);
  }

  moveTo(places) {
    const { operation } = this;
    const at = places.at(-1);
    if (operation.t === "b") operation.p.splice(2, 2, ...this.#place(at));
    else if (operation.t === "m") this.#drag(at);
    else this.#lengthen(operation, places);
  }

  #drag([x, y]) {
    const [across, down] = [x - this.start[0], y - this.start[1]];
    const whole = (by, side) => Math.max(-side, Math.min(side, Math.round(by)));
    this.operation.p = [whole(across, this.model.size[0]), whole(down, this.model.size[1])];
    const [dx, dy] = this.operation.p.map((by) => by * this.view.canvasScale);
    this.mask.style.transform = `translate(${dx}px,${dy}px)`;
  }

  #lengthen(operation, places) {
    const { p } = operation;
    const from = p.length;
    const step = Math.max(STEP_MIN, operation.t === "s" ? operation.r * STEP_PER_RADIUS : 1.5 / this.view.zoom);
    for (const each of places) {
      const [x, y] = this.#place(each);
      if (Math.hypot(x - p.at(-2), y - p.at(-1)) >= step) p.push(x, y);
    }
    if (operation.t === "s" && p.length > from) this.raster.extend(operation, from);
  }

  end() {
    const operation = this.#left();
    if (!operation || !this.#counts(operation)) return;
    if (operation.t === "s") this.last = operation.p.slice(-2);
    this.commit(operation);
  }

  // Take an operation that is whole.
  commit(operation) {
    if (this.model.add(operation)) {
      this.raster.finish(operation);
      this.raster.bake(this.model.done);
    } else {
      this.raster.takeBack();
      this.full();
    }
  }

  cancel() {
    if (this.#left()) this.raster.takeBack();
  }

  #left() {
    const { operation } = this;
    this.operation = null;
    this.mask.style.transform = "";
    return operation;
  }

  // Puts a box the right way round; a click with box, lasso or move is nothing.
  #counts(operation) {
    const { t, p } = operation;
    if (t === "b") {
      const [x, y] = [[p[0], p[2]], [p[1], p[3]]].map((pair) => pair.sort((a, b) => a - b));
      operation.p = [x[0], y[0], x[1], y[1]];
      return x[1] - x[0] >= 1 && y[1] - y[0] >= 1;
    }
    return t === "l" ? p.length >= 6 : t === "m" ? Boolean(p[0] || p[1]) : true;
  }

  #place([x, y]) {
    return [place(x, this.model.size[0]), place(y, this.model.size[1])];
  }
}
