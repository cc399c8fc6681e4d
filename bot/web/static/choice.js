// What the member picked: tool, brush and colors. Remembered from one visit to the next.

import { recall, remember } from "./keep.js";

const KEY = "painting-choice";
const TOOLS = ["brush", "erase", "box", "lasso", "move", "pan"];

export const COLORS = [
  ["Pink", "#ff0080"],
  ["Green", "#00e676"],
  ["Blue", "#00b0ff"],
  ["Yellow", "#ffd600"],
  ["Red", "#ff1744"],
  ["Black", "#000000"],
  ["White", "#ffffff"],
];

export class Choice {
  constructor(size) {
    this.longSide = Math.max(...size);
    this.tool = "brush";
    // 0 to 100, so that a large picture gets a large brush.
    this.grade = 55;
    this.color = 0;
    this.soft = this.hidden = false;
    this.changed = () => {};
    const { tool, grade, color } = recall("localStorage", KEY) ?? {};
    if (TOOLS.includes(tool)) this.tool = tool;
    if (grade >= 0 && grade <= 100) this.grade = grade;
    if (COLORS[color]) this.color = color;
  }

  set(values) {
    Object.assign(this, values);
    this.grade = Math.min(100, Math.max(0, this.grade));
    const { tool, grade, color } = this;
    remember("localStorage", KEY, { tool, grade, color });
    this.changed();
  }

  // From 3 pixels to half the picture, each step by the same factor.
  get radius() {
    const most = Math.max(4, this.longSide / 2);
    return Math.round((3 * (most / 3) ** (this.grade / 100)) * 5) / 10;
  }

  get brushes() {
    return this.tool === "brush" || this.tool === "erase";
  }
}
