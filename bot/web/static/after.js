// What is shown once the edit is on its way: progress, then the pictures.

import * as net from "./net.js";

const element = (id) => document.getElementById(id);
const EVERY_MS = 1000;
const SLOW_MS = 4000;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function follow() {
  document.body.dataset.state = "after";
  element("after").hidden = false;
  element("wish").hidden = true;
  element("after-title").focus();
  for (;;) {
    const seen = await look();
    if (seen?.over) return finish(seen);
    await pause(document.hidden || !seen ? SLOW_MS : EVERY_MS);
  }
}

async function look() {
  try {
    const seen = await net.progress();
    show(seen);
    return seen;
  } catch (error) {
    element("line").textContent = error.message;
    if (error.status === 401 || error.status === 403) return { over: true, results: [] };
    return null;
  }
}

function show({ title, line, percent, over }) {
  const set = (id, text) => element(id).textContent === text || (element(id).textContent = text);
  set("after-title", title);
  set("line", line);
  const bar = element("bar");
  bar.hidden = over;
  if (percent == null) bar.removeAttribute("value");
  else bar.value = percent / 100;
}

async function finish({ results, card, next = "" }) {
  document.body.dataset.state = "over";
  element("next").textContent = next;
  if (card) Object.assign(element("card"), { href: card, hidden: false });
  const before = offer(element("picture").src, "Before", "", "before");
  for (const { n, alt } of results.reverse()) {
    try {
      const src = await net.picture(`result/${n}`);
      before.after(offer(src, results.length > 1 ? `After, ${n}` : "After", alt));
    } catch {
      // The card has it, too.
    }
  }
  if (before.nextSibling) before.nextSibling.click();
  else before.remove();
}

// A small picture that shows itself large.
function offer(src, name, alt = "", className = "") {
  const button = Object.assign(document.createElement("button"), { type: "button" });
  const small = Object.assign(new Image(), { src, alt: "", className });
  button.append(small, name);
  button.addEventListener("click", () => {
    Object.assign(element("picture"), { src: small.src, alt, className });
    element("mask").hidden = !className;
    for (const each of element("results").children) each.setAttribute("aria-pressed", each === button);
  });
  element("results").append(button);
  return button;
}
