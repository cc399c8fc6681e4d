// The picture to change: a small copy to begin with, then all of it.

import * as net from "./net.js";

export async function load(image, path, signal) {
  image.src = await net.picture(path, signal);
  await image.decode();
  return image;
}

// Comes while one paints already, to every place that shows the picture as it was before.
export async function sharpen(tries = 3) {
  try {
    const { src } = await load(new Image(), "picture");
    for (const each of document.querySelectorAll(".before")) each.src = src;
  } catch {
    if (tries) setTimeout(sharpen, 5000, tries - 1);
  }
}
