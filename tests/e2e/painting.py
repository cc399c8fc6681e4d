"""The painting page in a browser: opened with its link, painted on, and what it drew."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from bot.domain import Task
from bot.imaging.drawn import draw
from bot.imaging.strokes import Operation, parse
from tests.e2e.chromium import SCREENSHOTS

SHOTS = SCREENSHOTS / "page"
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
# The canvas as one bit a pixel, rows after one another.
READ_MASK = """() => {
  const { width, height } = document.getElementById("mask");
  const context = document.getElementById("mask").getContext("2d");
  const { data } = context.getImageData(0, 0, width, height);
  const bits = new Uint8Array(Math.ceil((width * height) / 8));
  for (let at = 0; at < width * height; at++)
    if (data[at * 4 + 3] >= 128) bits[at >> 3] |= 128 >> (at & 7);
  let text = "";
  for (let at = 0; at < bits.length; at += 32768)
    text += String.fromCharCode(...bits.subarray(at, at + 32768));
  return btoa(text);
}"""
Marks = NDArray[np.bool_]


@contextmanager
def opened(browser: Browser, url: str, *, is_open: bool = True, **options: Any) -> Iterator[Page]:
    """A page with the link open; nothing may go wrong in it unseen."""
    context = browser.new_context(**(options or DESK))
    page = context.new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto(url)
    if is_open:
        ready(page)
    yield page
    context.close()
    # A refusal is an answer of the page, which says it itself.
    assert [each for each in troubles if not each.startswith("Failed to load")] == []


def ready(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-state", "painting", timeout=15_000)


def shoot(page: Page, name: str) -> None:
    SHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SHOTS / f"{name}.png")


def at(page: Page, across: float, down: float) -> tuple[float, float]:
    """A place in the picture, 0 to 1, as it lies in the window."""
    box = page.locator("#picture").bounding_box()
    assert box is not None
    return box["x"] + across * box["width"], box["y"] + down * box["height"]


def drag(page: Page, *places: tuple[float, float], button: Any = "left") -> None:
    page.mouse.move(*at(page, *places[0]))
    page.mouse.down(button=button)
    for place in places[1:]:
        page.mouse.move(*at(page, *place), steps=6)
    page.mouse.up(button=button)


def pick(page: Page, tool: str) -> None:
    page.locator(f"[data-tool={tool}]").click()


def operations(page: Page, task: Task) -> list[dict[str, Any]]:
    """What the page keeps of its drawing."""
    page.evaluate("dispatchEvent(new Event('pagehide'))")
    kept = page.evaluate(f"JSON.parse(sessionStorage.getItem('{task.id}'))")
    return kept["operations"]


def drawn(page: Page, size: tuple[int, int]) -> Marks:
    bits = np.frombuffer(base64.b64decode(page.evaluate(READ_MASK)), np.uint8)
    return np.unpackbits(bits)[: size[0] * size[1]].reshape(size[1], size[0]) > 0


def ours(listed: list[dict[str, Any]], size: tuple[int, int]) -> Marks:
    document = json.dumps({"size": size, "operations": listed})
    read: tuple[Operation, ...] = parse(document, size)
    return np.asarray(draw(read, size)) > 0


def assert_alike(page: Page, task: Task, size: tuple[int, int]) -> None:
    """At least 0.99 of what either has marked is marked in both."""
    theirs, mine = drawn(page, size), ours(operations(page, task), size)
    assert mine.mean() >= 0.01
    assert (theirs & mine).sum() / (theirs | mine).sum() >= 0.99


class Fingers:
    """As Chromium itself makes them."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._session = page.context.new_cdp_session(page)

    def touch(self, kind: str, *places: tuple[float, float]) -> None:
        spots = [at(self._page, *place) for place in places]
        points = [{"x": x, "y": y, "id": n} for n, (x, y) in enumerate(spots)]
        event = {"type": f"touch{kind}", "touchPoints": points}
        self._session.send("Input.dispatchTouchEvent", event)

    def drag(self, *places: tuple[float, float]) -> None:
        self.touch("Start", places[0])
        for place in places[1:]:
            self.touch("Move", place)
        self.touch("End")
