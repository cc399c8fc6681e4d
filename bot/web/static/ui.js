// Buttons, switches and what is read out.

import { COLORS } from "./choice.js";

const COVERAGE_AFTER_MS = 150;
const element = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];

export class Ui {
  constructor(parts) {
    Object.assign(this, parts);
    this.colors = COLORS.length;
    this.say = (text) => (element("said").textContent = text);
    COLORS.forEach(([name, color], n) => {
      const label = document.createElement("label");
      const radio = Object.assign(document.createElement("input"), { type: "radio", name: "color", value: n });
      const swatch = document.createElement("span");
      swatch.style.background = color;
      radio.addEventListener("change", () => this.choice.set({ color: n }));
      label.append(radio, swatch, name);
      element("colors").append(label);
    });
    this.choice.changed = () => this.show();
    this.view.changed = () => {
      element("zoom-level").textContent = `${Math.round(this.view.zoom * 100)} %`;
      this.over.ask();
    };
  }

  listen(act) {
    for (const button of all("[data-act]")) button.addEventListener("click", () => act[button.dataset.act]());
    for (const button of all("[data-tool]"))
      button.addEventListener("click", () => this.choice.set({ tool: button.dataset.tool }));
    element("size").addEventListener("input", ({ target }) => this.choice.set({ grade: Number(target.value) }));
    element("soft").addEventListener("change", act.soft);
    element("hide").addEventListener("change", act.hide);
    element("help-open").addEventListener("click", act.help);
  }

  // What the member picked.
  show() {
    const { choice, raster, view } = this;
    const mask = element("mask");
    for (const button of all("[data-tool]"))
      button.setAttribute("aria-pressed", button.dataset.tool === choice.tool);
    element("stage").dataset.holds = choice.tool;
    element("size").value = choice.grade;
    element("size-shown").textContent = `${Math.round(choice.radius * 2)} px`;
    element("soft").checked = choice.soft;
    element("hide").checked = choice.hidden;
    all("#colors input")[choice.color].checked = true;
    mask.classList.toggle("hidden", choice.hidden);
    // A weight that falls off over so many pixels looks like a blur of about half of it.
    mask.style.filter = choice.soft ? `blur(${(this.wish.feather * view.canvasScale) / 2}px)` : "";
    if (raster.color !== COLORS[choice.color][1]) raster.recolor(COLORS[choice.color][1]);
    this.over.ask();
  }

  // The drawing has changed.
  marked() {
    const { done, undone, marksNothing } = this.model;
    for (const [name, off] of [["undo", !done.length], ["redo", !undone.length], ["clear", marksNothing]])
      for (const button of all(`[data-act=${name}]`)) button.setAttribute("aria-disabled", off);
    clearTimeout(this.telling);
    this.telling = setTimeout(() => this.#tell(), COVERAGE_AFTER_MS);
  }

  #tell() {
    const percent = this.raster.coverage() * 100;
    const told = percent >= 10 ? Math.round(percent) : percent >= 0.1 ? percent.toFixed(1) : "less than 0.1";
    element("coverage").textContent = percent > 0.0005 ? `${told} % of the picture is marked` : "Nothing marked yet";
  }

  get boxByNumbers() {
    const [width, height] = this.model.size;
    const percent = (id) => Math.min(100, Math.max(0, Number(element(`box-${id}`).value) || 0)) / 100;
    const [x, y] = [["left", "right"], ["top", "bottom"]].map((pair) => pair.map(percent).sort((a, b) => a - b));
    const whole = (part, side) => Math.round(part * side);
    return [whole(x[0], width), whole(y[0], height), whole(x[1], width), whole(y[1], height)];
  }

  // Nothing more to paint.
  lock() {
    element("stage").inert = element("tools").inert = true;
  }
}
