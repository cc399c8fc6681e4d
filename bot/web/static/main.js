// Puts the page together.

import { follow } from "./after.js";
import { Choice } from "./choice.js";
import { Input } from "./input.js";
import { recall, remember } from "./keep.js";
import { Keys } from "./keys.js";
import { Model } from "./model.js";
import * as net from "./net.js";
import { Over } from "./over.js";
import { Painter } from "./painter.js";
import { load, sharpen } from "./picture.js";
import { Raster } from "./raster.js";
import { Ui } from "./ui.js";
import { View } from "./view.js";
import { Wish } from "./wish.js";

// What phones can hold: iOS takes no canvas over 16.8 megapixels, and we have three.
const PIXELS_MAX = matchMedia("(pointer: coarse)").matches ? 4_200_000 : 8_400_000;
const NOTHING = "Paint over the part that should change first.";
const element = (id) => document.getElementById(id);

async function open() {
  const small = new AbortController();
  const begun = load(element("picture"), "glance", small.signal);
  begun.catch(() => {});
  const facts = await net.facts();
  if (facts.state !== "draft") {
    small.abort();
    return showOnly(facts);
  }
  const { naturalWidth } = await begun;
  const kept = facts.kept ? await load(new Image(), "mask") : null;
  paint(facts, kept);
  // Nothing that one waits for shares its line with it.
  if (naturalWidth < facts.size[0]) sharpen();
}

// The edit has begun already: its picture, and how far it is.
function showOnly(facts) {
  new View(element("stage"), element("world"), facts.size, scaleFor(facts.size));
  element("mask").hidden = true;
  sharpen();
  return follow();
}

function scaleFor([width, height]) {
  return Math.min(1, Math.sqrt(PIXELS_MAX / (width * height)));
}

function paint(facts, kept) {
  const { id, size } = facts;
  const old = recall("sessionStorage", id) ?? {};
  const model = new Model(size, Array.isArray(old.operations) ? old.operations : kept ? [{ t: "k" }] : []);
  const wish = new Wish(facts);
  if (old.wish) wish.value = old.wish;

  const choice = new Choice(size);
  const raster = new Raster(element("mask"), size, scaleFor(size), kept);
  const view = new View(element("stage"), element("world"), size, raster.scale);
  const painter = new Painter(model, raster, view, choice, element("mask"));
  const over = new Over(element("over"), view, choice, painter);
  const ui = new Ui({ model, raster, view, choice, wish, over });

  const redraw = () => raster.replay(model.done);
  const step = (operation) => painter.busy || painter.commit(operation);
  const resize = (by) => () => choice.set({ grade: choice.grade + by });
  const act = {
    undo: () => !painter.busy && model.undo() && redraw(),
    redo: () => !painter.busy && model.redo() && redraw(),
    invert: () => step({ t: "i" }),
    clear: () => model.marksNothing || step({ t: "c" }),
    box: () => step({ t: "b", p: ui.boxByNumbers }),
    "zoom-in": () => view.zoomBy(1.25),
    "zoom-out": () => view.zoomBy(0.8),
    fit: () => view.fit(),
    smaller: resize(-4),
    larger: resize(4),
    hide: () => choice.set({ hidden: !choice.hidden }),
    soft: () => choice.set({ soft: !choice.soft }),
    color: () => choice.set({ color: (choice.color + 1) % ui.colors }),
    help: () => element("help").showModal(),
    start,
  };
  const input = new Input(element("stage"), { painter, view, over, choice, act });
  new Keys(element("studio"), element("stage"), { painter, view, over, choice, input, act, say: ui.say });
  ui.listen(act);
  painter.full = () => {
    wish.trouble = "That is as much as I can keep. Undo some of it, or clear it.";
  };

  let sending = false;
  let keeping;
  const keep = () => sending || remember("sessionStorage", id, { operations: model.done, wish: wish.value });
  const changed = () => {
    wish.trouble = "";
    ui.marked();
    clearTimeout(keeping);
    keeping = setTimeout(keep, 300);
  };
  model.changed = changed;
  wish.changed = changed;
  addEventListener("pagehide", keep);
  addEventListener("beforeunload", (event) => {
    if (!sending && model.done.some(({ t }) => t !== "k")) event.preventDefault();
  });

  async function start() {
    if (sending) return;
    painter.end();
    if (model.marksNothing) return void (wish.trouble = NOTHING);
    sending = wish.busy = true;
    try {
      await net.submit({ ...wish.value, credits: wish.credits, strokes: model.document });
    } catch (error) {
      // Perhaps it was taken, and only the answer got lost.
      const there = await net.facts().catch(() => null);
      if (!there || there.state === "draft") {
        if (error.price != null) wish.credits = error.price;
        sending = wish.busy = false;
        wish.trouble = error.message;
        return;
      }
    }
    remember("sessionStorage", id, null);
    ui.lock();
    await follow();
  }

  redraw();
  view.fit();
  document.body.dataset.state = "painting";
  ui.show();
  ui.marked();
  const roomy = matchMedia("(min-width: 821px)").matches;
  element("more").open = roomy;
  if (roomy) element("stage").focus();
}

open().catch((error) => {
  document.body.dataset.state = "closed";
  element("closed").hidden = false;
  element("closed-why").textContent = error.message;
});
