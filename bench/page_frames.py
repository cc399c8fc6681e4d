"""How the painting page feels while somebody paints, and what its files weigh.

150 strokes lie on a picture of 2048 x 2048 already; four more are painted with 120 moves each.
"""

import asyncio
import json
import math
from typing import Any

from playwright.async_api import Browser, Page

from bench.figures import Figure, at_most, percentile
from bot.domain import Task
from bot.web.pages import read_static
from tests.web.paint_server import PaintServer

STROKES, POINTS = 150, 75
PAINTED, MOVES = 4, 120
VIEWPORT = {"width": 1280, "height": 900}
# Times each handler of a move, and the frames that are shown meanwhile.
WATCH = """
window.seen = { handlers: [], frames: [], on: false };
const add = EventTarget.prototype.addEventListener;
EventTarget.prototype.addEventListener = function (type, does, options) {
  if (type !== "pointermove") return add.call(this, type, does, options);
  return add.call(this, type, (event) => {
    const begun = performance.now();
    does(event);
    if (window.seen.on) window.seen.handlers.push(performance.now() - begun);
  }, options);
};
let last = 0;
const frame = (now) => {
  if (window.seen.on && last) window.seen.frames.push(now - last);
  last = now;
  requestAnimationFrame(frame);
};
requestAnimationFrame(frame);
"""


def spiral(n: int) -> dict[str, Any]:
    """One stroke of 75 points, somewhere else for each n."""
    x, y = 200 + (n * 197) % 1650, 200 + (n * 331) % 1650
    line: list[float] = []
    for turn in range(POINTS):
        reach, angle = 2.0 * turn, turn / 3
        line += [round(x + reach * math.cos(angle), 1), round(y + reach * math.sin(angle), 1)]
    return {"t": "s", "r": 8 + n % 17, "p": line, **({"e": 1} if n % 5 == 4 else {})}


async def frames(browser: Browser, server: PaintServer, task: Task) -> list[Figure]:
    """Measure once."""
    page, sent_bytes = await _opened(browser, server.url(task), task.id)
    idle = await _idle(page)
    seen = await _painted(page)
    packed = sum(len(each.packed) for each in read_static().values())
    return [
        _times("handler of a move, p95", seen["handlers"], 0.5),
        _times("frame while painting, p95", seen["frames"], 17.0),
        Figure("page", "frame while painting, median", percentile(seen["frames"], 0.5), "ms"),
        Figure("page", "frame while nothing is done, p95", percentile(idle, 0.95), "ms"),
        Figure("page", "moves", len(seen["handlers"])),
        Figure("page", "frames", len(seen["frames"])),
        Figure("page", "all files, gzipped", packed / 1000, "kB", at_most(20, "kB")),
        Figure("page", "the same as a browser got them", sent_bytes / 1000, "kB"),
    ]


def _times(what: str, values_ms: list[float], bound_ms: float) -> Figure:
    return Figure("page", what, percentile(values_ms, 0.95), "ms", at_most(bound_ms, "ms"))


async def _opened(browser: Browser, url: str, task_id: str) -> tuple[Page, int]:
    """The page with its strokes; how many bytes its own files took on the way."""
    context = await browser.new_context(viewport=VIEWPORT)  # pyright: ignore[reportArgumentType]
    page, sizes = await context.new_page(), list[int]()
    page.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await page.add_init_script(WATCH)

    async def count(request: Any) -> None:
        if "/api/" not in request.url and not request.url.startswith("blob:"):
            sizes.append((await request.sizes())["responseBodySize"])

    counting: list[asyncio.Task[None]] = []
    page.on("requestfinished", lambda each: counting.append(asyncio.create_task(count(each))))
    await page.goto(url)
    await _ready(page)
    await asyncio.gather(*counting)
    sent_bytes = sum(sizes)
    kept = json.dumps({"operations": [spiral(n) for n in range(STROKES)]})
    put_by = "addEventListener('pagehide', () => sessionStorage.setItem(id, kept))"
    await page.evaluate(f"([id, kept]) => {put_by}", [task_id, kept])
    await page.reload()
    await _ready(page)
    return page, sent_bytes


async def _ready(page: Page) -> None:
    await page.wait_for_selector("body[data-state=painting]")
    # The first reading of how much is marked, and what a browser does after a start.
    await page.wait_for_timeout(1500)


async def _idle(page: Page) -> list[float]:
    """What this machine shows now when nobody paints."""
    await page.evaluate("seen.on = true")
    await page.wait_for_timeout(2000)
    await page.evaluate("seen.on = false")
    frames: list[float] = await page.evaluate("seen.frames.splice(0)")
    return frames


async def _painted(page: Page) -> dict[str, list[float]]:
    box = await page.locator("#picture").bounding_box()
    assert box is not None
    for n in range(PAINTED):
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] * (n + 1) / (PAINTED + 1)
        await page.mouse.move(x, y)
        await page.mouse.down()
        await page.evaluate("seen.on = true")
        for move in range(MOVES):
            swing = math.sin(move / 9 + n) * box["width"] * 0.4
            await page.mouse.move(x + swing, y + move % 40)
        await page.evaluate("seen.on = false")
        await page.mouse.up()
        await page.wait_for_timeout(300)
    return await page.evaluate("seen")
