// Fingers, pen and mouse on the stage.

const TAP_MS = 300;
const TAP_PX = 12;
const SECOND_FINGER_MS = 250;
const [MIDDLE, RIGHT, PEN_ERASER] = [1, 2, 5];

export class Input {
  constructor(stage, { painter, view, over, choice, act }) {
    Object.assign(this, { stage, painter, view, over, choice, act });
    this.down = new Map();
    this.mode = null;
    this.fingers = 0;
    // From then on a touch is a palm or moves the picture.
    this.penSeen = false;
    this.spaceHeld = false;
    const on = (name, does) => stage.addEventListener(name, does.bind(this), { passive: false });
    on("pointerdown", this.#press);
    on("pointermove", this.#move);
    on("pointerup", this.#lift);
    on("pointercancel", this.#lift);
    on("pointerleave", this.#leave);
    on("wheel", this.#wheel);
    for (const name of ["contextmenu", "gesturestart", "touchstart", "dragstart"])
      on(name, (event) => event.preventDefault());
  }

  #touches() {
    return [...this.down.values()].filter(({ type }) => type === "touch");
  }

  #press(event) {
    // Not for the mouse, whose press moves the focus itself: here it puts a phone's keyboard away.
    if (event.pointerType !== "mouse") document.activeElement?.blur();
    this.view.measure();
    this.over.cursor = null;
    const { pointerId, pointerType: type } = event;
    if (type === "pen") this.penSeen = true;
    if (type === "touch" && this.mode === "paint" && this.down.get(this.active)?.type === "pen") return;
    const at = this.view.onStage(event);
    if (!this.down.size) [this.begun, this.fingers, this.far] = [event.timeStamp, 0, false];
    this.down.set(pointerId, { type, at, from: at });
    this.#capture(pointerId);
    this.fingers = Math.max(this.fingers, this.#touches().length);
    if (this.#touches().length > 1) this.#pinch(event);
    else if (this.mode === null) this.#start(event, at);
    this.#show(event, at);
  }

  #capture(pointerId) {
    try {
      this.stage.setPointerCapture(pointerId);
    } catch {
      // It is up again already.
    }
  }

  // A finger that begins a pinch first looks like one that paints: what it began is taken back.
  #pinch(event) {
    if (this.mode === "paint") {
      const slip = event.timeStamp - this.begun < SECOND_FINGER_MS || this.painter.points <= 2;
      slip ? this.painter.cancel() : this.painter.end();
    }
    this.mode = "pinch";
  }

  #start(event, at) {
    if (this.painter.busy) this.painter.end();
    this.active = event.pointerId;
    const pans =
      this.choice.tool === "pan" || this.spaceHeld || event.button === MIDDLE || event.button === RIGHT;
    if (pans || (event.pointerType === "touch" && this.penSeen)) {
      this.mode = "pan";
      return;
    }
    this.mode = "paint";
    const erase = event.altKey || event.button === PEN_ERASER;
    this.painter.begin(this.view.toPicture(at), { erase, line: event.shiftKey });
  }

  #move(event) {
    const at = this.view.onStage(event);
    const pointer = this.down.get(event.pointerId);
    if (pointer) this.#drag(event, pointer, at);
    this.#show(event, at);
  }

  #drag(event, pointer, at) {
    const before = this.#pair();
    const was = pointer.at;
    pointer.at = at;
    this.far ||= Math.hypot(at[0] - pointer.from[0], at[1] - pointer.from[1]) > TAP_PX;
    if (this.mode === "pinch") this.#follow(before, this.#pair());
    else if (event.pointerId !== this.active) return;
    else if (this.mode === "pan") this.view.pan(at[0] - was[0], at[1] - was[1]);
    else if (this.mode === "paint") {
      const passed = event.getCoalescedEvents?.() ?? [];
      const places = passed.length ? passed.map((each) => this.view.onStage(each)) : [at];
      this.painter.moveTo(places.map((each) => this.view.toPicture(each)));
    }
  }

  // The middle of two fingers, and how far they are apart.
  #pair() {
    const [one, two] = this.#touches().map((each) => each.at);
    if (!two) return null;
    return {
      middle: [(one[0] + two[0]) / 2, (one[1] + two[1]) / 2],
      apart: Math.hypot(one[0] - two[0], one[1] - two[1]) || 1,
    };
  }

  #follow(before, after) {
    if (!before || !after) return;
    this.view.zoomBy(after.apart / before.apart, before.middle);
    this.view.pan(after.middle[0] - before.middle[0], after.middle[1] - before.middle[1]);
  }

  #lift(event) {
    if (!this.down.delete(event.pointerId)) return;
    const lost = event.type === "pointercancel" && this.painter.points <= 2;
    if (this.mode === "paint" && event.pointerId === this.active)
      lost ? this.painter.cancel() : this.painter.end();
    if (this.down.size && this.mode !== "paint") return;
    if (this.mode === "pinch" && event.type === "pointerup") this.#tap(event);
    this.mode = this.down.size ? "rest" : null;
    this.over.ask();
  }

  #tap(event) {
    if (this.far || event.timeStamp - this.begun > TAP_MS) return;
    if (this.fingers === 2) this.act.undo();
    if (this.fingers === 3) this.act.redo();
  }

  #leave() {
    this.over.pointer = null;
    this.over.ask();
  }

  #show(event, at) {
    const seen = event.pointerType !== "touch" || this.mode === "paint";
    this.over.pointer = seen ? at : null;
    this.over.ask();
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode ? 16 : 1;
    const [across, down] = [event.deltaX * lines, event.deltaY * lines];
    if (event.altKey) this.choice.set({ grade: this.choice.grade - Math.sign(down || across) * 2 });
    else if (event.shiftKey) this.view.pan(-(across || down), 0);
    else this.view.zoomBy(Math.exp(-Math.max(-120, Math.min(120, down)) * 0.0022), this.view.onStage(event));
    this.over.ask();
  }
}
