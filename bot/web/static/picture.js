// The picture to change: a small copy to begin with, then all of it.

import * as net from "./net.js";

const PAUSES_S = [5, 10, 20, 40, 60];
const OVER = [401, 403, 410];
const SAID_AFTER_MS = 1000;
const said = document.getElementById("sharper");
let again = () => {};
addEventListener("online", () => again());
document.addEventListener("visibilitychange", () => document.hidden || again());

export async function load(image, path, signal) {
  image.src = await net.picture(path, signal);
  await image.decode();
  return image;
}

// Comes while one paints already, to every place that shows the picture as it was before.
export async function sharpen() {
  const saying = setTimeout(() => (said.textContent = "The sharp picture is on its way."), SAID_AFTER_MS);
  for (let tries = 0; !(await came()); tries++) await pause(PAUSES_S[tries] ?? PAUSES_S.at(-1));
  clearTimeout(saying);
  said.textContent = "";
}

// True, too, when it never will.
async function came() {
  try {
    const { src } = await load(new Image(), "picture");
    for (const each of document.querySelectorAll(".before")) each.src = src;
    return true;
  } catch ({ status }) {
    return OVER.includes(status);
  }
}

function pause(length_s) {
  return new Promise((go) => {
    again = go;
    setTimeout(go, length_s * 1000);
  });
}
