// The drawing as a list of operations, in pixels of the picture. Knows no page and no canvas.

const OPERATIONS_MAX = 2000;
const NUMBERS_MAX = 200_000;

// A place at most one picture away from the picture, to a tenth of a pixel.
export const place = (value, side) =>
  Math.min(2 * side, Math.max(-side, Math.round(value * 10) / 10));

export class Model {
  constructor(size, operations = []) {
    this.size = size;
    this.done = operations;
    this.undone = [];
    this.changed = () => {};
  }

  add(operation) {
    if (this.done.length >= OPERATIONS_MAX || this.numbers + (operation.p?.length ?? 0) > NUMBERS_MAX)
      return false;
    this.done.push(operation);
    this.undone = [];
    this.changed();
    return true;
  }

  undo() {
    return this.#shift(this.done, this.undone);
  }

  redo() {
    return this.#shift(this.undone, this.done);
  }

  #shift(from, to) {
    const operation = from.pop();
    if (!operation) return null;
    to.push(operation);
    this.changed();
    return operation;
  }

  get numbers() {
    return this.done.reduce((sum, { p }) => sum + (p?.length ?? 0), 0);
  }

  get marksNothing() {
    return !this.#sinceClear().length;
  }

  // What the server draws; it needs nothing from before the last clear.
  get document() {
    return JSON.stringify({ size: this.size, operations: this.#sinceClear() });
  }

  #sinceClear() {
    return this.done.slice(this.done.findLastIndex(({ t }) => t === "c") + 1);
  }
}
