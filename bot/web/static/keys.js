// Everything by keyboard: shortcuts, and a brush that the arrow keys move.

const TOOLS = { b: "brush", e: "erase", r: "box", l: "lasso", m: "move", h: "pan" };
const ACTS = {
  i: "invert", delete: "clear", backspace: "clear", "+": "zoom-in", "=": "zoom-in", "-": "zoom-out",
  0: "fit", x: "hide", f: "soft", c: "color", "?": "help", "[": "smaller", "]": "larger",
};
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEP_PX = 8;

export class Keys {
  // Letters count only within `studio`: nobody who dictates or types elsewhere sets them off.
  constructor(studio, stage, { painter, view, over, choice, input, act, say }) {
    Object.assign(this, { stage, painter, view, over, choice, input, act, say });
    studio.addEventListener("keydown", (event) => this.#press(event));
    stage.addEventListener("keyup", (event) => {
      if (event.key === " ") this.#hold(false);
    });
    stage.addEventListener("blur", () => this.#leave());
    document.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.#do(event, act.start);
    });
  }

  #do(event, does) {
    event.preventDefault();
    does?.();
  }

  #press(event) {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey) return this.#control(event, key.toLowerCase());
    if (target === this.stage && this.#guide(event, key)) return;
    if (event.altKey || (target.type === "range" && !/^[a-z?[\]]$/i.test(key))) return;
    const name = key.toLowerCase();
    if (TOOLS[name]) this.#do(event, () => this.choice.set({ tool: TOOLS[name] }));
    else if (ACTS[name]) this.#do(event, this.act[ACTS[name]]);
  }

  #control(event, name) {
    if (name === "z") this.#do(event, event.shiftKey ? this.act.redo : this.act.undo);
    if (name === "y") this.#do(event, this.act.redo);
  }

  // True when the key was for the brush.
  #guide(event, key) {
    if (ARROWS[key]) this.#do(event, () => this.#walk(event, ARROWS[key]));
    else if (key === "Enter") this.#do(event, () => this.#toggle(event));
    else if (key === " ") this.#do(event, () => this.#hold(true));
    else if (key === "Escape" && this.painter.busy) this.#do(event, () => this.#cancel());
    else return false;
    return true;
  }

  #walk(event, [x, y]) {
    const step = event.altKey ? 1 : Math.max(1, ((event.shiftKey ? 6 : 1) * STEP_PX) / this.view.zoom);
    const [width, height] = this.view.size;
    const [fromX, fromY] = this.#cursor();
    const within = (at, side) => Math.max(0, Math.min(side, at));
    const to = [within(fromX + x * step, width), within(fromY + y * step, height)];
    if (this.choice.tool === "pan") return this.view.pan(-x * step * this.view.zoom, -y * step * this.view.zoom);
    this.over.cursor = to;
    if (this.painter.busy) this.painter.moveTo([to]);
    this.view.reveal(to);
    this.over.ask();
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.say(`${Math.round((to[0] / width) * 100)} % across, ${Math.round((to[1] / height) * 100)} % down`), 500);
  }

  // Where the arrows go on from: the pointer, or the middle of what is seen.
  #cursor() {
    const { clientWidth, clientHeight } = this.stage;
    return this.over.cursor ?? this.view.toPicture(this.over.pointer ?? [clientWidth / 2, clientHeight / 2]);
  }

  #toggle(event) {
    if (this.choice.tool === "pan" || this.input.mode) return;
    this.over.cursor = this.#cursor();
    if (this.painter.busy) {
      this.painter.moveTo([this.over.cursor]);
      this.painter.end();
      this.say("Taken up");
    } else {
      this.painter.begin(this.over.cursor, { erase: event.altKey, line: event.shiftKey });
      this.say("Put down");
    }
    this.over.ask();
  }

  #cancel() {
    this.painter.cancel();
    this.say("Taken back");
    this.over.ask();
  }

  #hold(held) {
    this.input.spaceHeld = held;
    this.stage.classList.toggle("pans", held);
  }

  #leave() {
    this.#hold(false);
    if (this.painter.busy && !this.input.mode) this.painter.end();
    this.over.cursor = null;
    this.over.ask();
  }
}
