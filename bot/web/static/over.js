// What floats above the picture: the brush's ring, and a box or lasso that is being drawn.

export class Over {
  constructor(canvas, view, choice, painter) {
    Object.assign(this, { canvas, view, choice, painter });
    // On the stage.
    this.pointer = null;
    // In the picture, while keys guide it.
    this.cursor = null;
    this.asked = false;
  }

  ask() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.#draw();
    });
  }

  #draw() {
    const { canvas, view } = this;
    const { clientWidth, clientHeight } = view.stage;
    const dots = devicePixelRatio || 1;
    const [width, height] = [Math.round(clientWidth * dots), Math.round(clientHeight * dots)];
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const context = (this.context ??= canvas.getContext("2d"));
    context.setTransform(dots, 0, 0, dots, 0, 0);
    context.clearRect(0, 0, clientWidth, clientHeight);
    this.#operation(context);
    const at = this.cursor ? view.toStage(this.cursor) : this.pointer;
    if (at) this.#brush(context, at);
  }

  #operation(context) {
    const { operation } = this.painter;
    if (operation?.t !== "b" && operation?.t !== "l") return;
    const { p } = operation;
    const corners = operation.t === "b" ? [p[0], p[1], p[2], p[1], p[2], p[3], p[0], p[3]] : p;
    this.#outline(context, () => {
      for (let n = 0; n < corners.length; n += 2) context.lineTo(...this.view.toStage([corners[n], corners[n + 1]]));
      context.closePath();
    });
  }

  #brush(context, [x, y]) {
    const { choice, cursor, painter, view } = this;
    if (choice.tool === "pan" && !cursor) return;
    const ring = choice.brushes ? choice.radius * view.zoom : 0;
    this.#outline(context, () => {
      if (ring > 1) context.arc(x, y, ring, 0, 7);
      if (ring >= 6 && !cursor) return;
      const arm = cursor ? 12 : 7;
      context.moveTo(x - arm, y);
      context.lineTo(x + arm, y);
      context.moveTo(x, y - arm);
      context.lineTo(x, y + arm);
      if (cursor && painter.busy) context.rect(x - 4, y - 4, 8, 8);
    });
  }

  // Dark under light: seen on every picture.
  #outline(context, trace) {
    for (const [color, width] of [["#000c", 3.5], ["#fff", 1.5]]) {
      context.strokeStyle = color;
      context.lineWidth = width;
      context.beginPath();
      trace();
      context.stroke();
    }
  }
}
