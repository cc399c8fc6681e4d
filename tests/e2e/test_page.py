"""The painting page in a real Chromium: by mouse, fingers, pen and keys, on a desk and a phone."""

import asyncio
import base64
import json
import random
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from bot.domain import Task, TaskState
from bot.imaging.drawn import draw
from bot.imaging.strokes import Operation, parse
from tests.e2e.chromium import QUIET, SCREENSHOTS, Person, executable
from tests.e2e.sandbox_process import sandbox
from tests.services.engine import until, working
from tests.web.paint_server import PaintServer, paint_server

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SHOTS = SCREENSHOTS / "page"
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
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


class Served:
    """The page's server on a loop in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="page-server")
        self._stop = asyncio.Event()
        self.server: PaintServer

    def __enter__(self) -> "Served":
        self._thread.start()
        ready = threading.Event()
        self._serving = asyncio.run_coroutine_threadsafe(self._serve(ready), self._loop)
        while not ready.wait(0.05):
            if self._serving.done():
                self._serving.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._serving.result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        async with (
            paint_server(self._folder, first_grant_credits=10_000) as self.server,
            working(self.server.app),
        ):
            ready.set()
            await self._stop.wait()

    def draft(self, size: tuple[int, int] = (640, 480), **changes: Any) -> Task:
        made = self.server.draft(size, **changes)
        return asyncio.run_coroutine_threadsafe(made, self._loop).result(30)

    def ended(self, task: Task) -> Task:
        waiting = until(self.server.app, task.id, TaskState.DONE)
        return asyncio.run_coroutine_threadsafe(waiting, self._loop).result(30)

    def url(self, task: Task) -> str:
        return self.server.url(task)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with Served(tmp_path_factory.mktemp("page")) as made:
        yield made


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


def scribble(size: tuple[int, int], seed: int) -> list[dict[str, Any]]:
    """Some of every operation, thin and thick."""
    dice, side = random.Random(seed), max(size)

    def walk(n: int) -> list[float]:
        x, y, line = dice.uniform(0, size[0]), dice.uniform(0, size[1]), list[float]()
        for _ in range(n):
            line += [round(min(max(x, -9), size[0] + 9), 1), round(min(max(y, -9), size[1] + 9), 1)]
            x, y = x + dice.uniform(-side / 12, side / 12), y + dice.uniform(-side / 12, side / 12)
        return line

    def stroke(share: float, **more: Any) -> dict[str, Any]:
        return {"t": "s", "r": max(1.5, round(side * share, 1)), "p": walk(12), **more}

    corner = [round(each / 7, 1) for each in size]
    box = [*corner, round(size[0] / 2.3, 1), round(size[1] / 1.9, 1)]
    lasso = {"t": "l", "p": walk(9)}
    listed = [stroke(0.03), stroke(0.004), {"t": "b", "p": box}, lasso, stroke(0.02, e=1)]
    listed += [{"t": "m", "p": [size[0] // 9, -size[1] // 11]}, stroke(0.01), stroke(0.05, e=1)]
    return [*listed, {"t": "i"}] if seed % 2 else listed


@pytest.mark.parametrize("size", [(180, 240), (1000, 700), (2048, 2048)], ids=str)
def test_the_browser_draws_what_the_server_draws(
    served: Served, browser: Browser, size: tuple[int, int]
) -> None:
    task = served.draft(size)
    with opened(browser, served.url(task)) as page:
        for seed in (1, 2):
            kept = json.dumps({"operations": scribble(size, seed)})
            # The page itself keeps what it has when it goes: so it is put by after that.
            put_by = "addEventListener('pagehide', () => sessionStorage.setItem(id, kept))"
            page.evaluate(f"([id, kept]) => {put_by}", [task.id, kept])
            page.reload()
            ready(page)
            assert len(operations(page, task)) == len(json.loads(kept)["operations"])
            assert_alike(page, task, size)


def test_a_mouse_can_do_everything(served: Served, browser: Browser) -> None:
    size = (640, 480)
    task = served.draft(size)
    with opened(browser, served.url(task)) as page:
        assert "#" not in page.url
        drag(page, (0.1, 0.2), (0.5, 0.3), (0.4, 0.6))
        pick(page, "box")
        drag(page, (0.9, 0.9), (0.6, 0.5))
        pick(page, "lasso")
        drag(page, (0.1, 0.7), (0.4, 0.7), (0.4, 0.95), (0.12, 0.9))
        pick(page, "erase")
        drag(page, (0.2, 0.1), (0.3, 0.9))
        pick(page, "move")
        drag(page, (0.5, 0.5), (0.55, 0.45))
        pick(page, "brush")
        page.keyboard.down("Alt")
        drag(page, (0.6, 0.6), (0.9, 0.6))
        page.keyboard.up("Alt")
        page.locator("[data-act=invert]").click()
        page.locator("[data-act=invert]").click()
        kinds = [each["t"] + ("e" if each.get("e") else "") for each in operations(page, task)]
        assert kinds == ["s", "b", "l", "se", "m", "se", "i", "i"]
        assert_alike(page, task, size)
        before = drawn(page, size)
        for _ in kinds:
            page.locator("[data-act=undo]").click()
        assert not drawn(page, size).any()
        for _ in kinds:
            page.locator("[data-act=redo]").click()
        assert (drawn(page, size) == before).all()
        zoomed(page)
        expect(page.locator("#coverage")).to_have_text(
            re.compile(r"\d+ % of the picture is marked")
        )
        page.locator("[data-act=clear]").click()
        expect(page.locator("#coverage")).to_have_text("Nothing marked yet")


def zoomed(page: Page) -> None:
    """Wheel and right button change what is seen and nothing that is drawn."""
    width = "document.getElementById('picture').getBoundingClientRect().width"
    left = "document.getElementById('picture').getBoundingClientRect().left"
    before, marked = page.evaluate(width), page.evaluate(READ_MASK)
    page.mouse.move(*at(page, 0.5, 0.5))
    page.mouse.wheel(0, -300)
    page.wait_for_function(f"{width} > {before * 1.2}")
    was = page.evaluate(left)
    drag(page, (0.5, 0.5), (0.45, 0.5), button="right")
    assert page.evaluate(left) < was
    page.locator("#zoom-level").click()
    assert page.evaluate(width) == pytest.approx(before, abs=1)
    assert page.evaluate(READ_MASK) == marked


def test_keys_alone_are_enough(served: Served, browser: Browser) -> None:
    task = served.draft()
    with opened(browser, served.url(task)) as page:
        expect(page.locator("#stage")).to_be_focused()
        press(page, "Enter", *["ArrowRight"] * 9, *["ArrowDown"] * 5, "Enter")
        press(page, "r", "Shift+ArrowLeft", "Shift+ArrowLeft", "Enter")
        press(page, *["Shift+ArrowDown"] * 2, *["Shift+ArrowRight"] * 3, "Enter")
        press(page, "l", "Enter", "ArrowUp", "Escape")
        press(page, "]", "b", "x", "x", "f", "c", "+", "0")
        kept = operations(page, task)
        assert [each["t"] for each in kept] == ["s", "b"]
        assert len(kept[0]["p"]) >= 28
        press(page, "Control+z", "Control+z", "Control+y", "Control+Shift+z", "i", "i")
        assert [each["t"] for each in operations(page, task)] == ["s", "b", "i", "i"]
        press(page, "?")
        expect(page.locator("#help")).to_be_visible()
        press(page, "Escape")
        expect(page.locator("#stage")).to_be_focused()
        page.locator("#prompt").focus()
        press(page, "e", "Control+Enter")
        expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=20_000)
        expect(page.locator("#after-title")).to_be_focused()
        assert served.ended(task).prompt == "a red vasee"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


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


def test_fingers_paint_pinch_and_undo(served: Served, browser: Browser) -> None:
    task = served.draft()
    with opened(browser, served.url(task), **PHONE) as page:
        fingers = Fingers(page)
        fingers.drag(*((0.2 + n / 20, 0.2 + n / 20) for n in range(9)))
        expect(page.locator("#coverage")).to_contain_text("%")
        width = page.locator("#picture").bounding_box()
        assert width is not None
        fingers.touch("Start", (0.4, 0.5))
        fingers.touch("Start", (0.4, 0.5), (0.6, 0.5))
        for n in range(1, 6):
            fingers.touch("Move", (0.4 - n / 40, 0.5), (0.6 + n / 40, 0.5))
        fingers.touch("End")
        after = page.locator("#picture").bounding_box()
        assert after is not None
        assert after["width"] > width["width"] * 1.3
        assert [each["t"] for each in operations(page, task)] == ["s"]
        assert page.evaluate("[scrollX, scrollY, visualViewport.scale]") == [0, 0, 1]
        page.locator("#zoom-level").click()
        fingers.touch("Start", (0.4, 0.5))
        fingers.touch("Start", (0.4, 0.5), (0.6, 0.5))
        fingers.touch("End")
        assert operations(page, task) == []
        shoot(page, "phone-portrait")


def test_after_a_pen_a_palm_paints_nothing(served: Served, browser: Browser) -> None:
    task = served.draft()
    with opened(browser, served.url(task), **PHONE) as page:
        pen(page, "pen", (0.2, 0.2), (0.6, 0.4))
        pen(page, "touch", (0.3, 0.6), (0.5, 0.8))
        pen(page, "pen", (0.3, 0.3), (0.5, 0.3), button=5)
        kept = operations(page, task)
        assert [(each["t"], each.get("e")) for each in kept] == [("s", None), ("s", 1)]


def pen(page: Page, kind: str, *places: tuple[float, float], button: int = 0) -> None:
    """A pen, which no driver of browsers can hold; or what touches beside it."""
    script = """([kind, button, places]) => {
      const names = ["pointerdown", ...places.slice(1).map(() => "pointermove"), "pointerup"];
      [...places, places.at(-1)].forEach(([clientX, clientY], n) => {
        const event = { bubbles: true, pointerId: 7, pointerType: kind, clientX, clientY, button };
        document.getElementById("stage").dispatchEvent(new PointerEvent(names[n], event));
      });
    }"""
    page.evaluate(script, [kind, button, [at(page, *place) for place in places]])


def test_a_reload_keeps_the_drawing_and_the_choices(served: Served, browser: Browser) -> None:
    task = served.draft()
    with opened(browser, served.url(task)) as page:
        drag(page, (0.1, 0.2), (0.5, 0.3))
        page.locator("#prompt").fill("a paper boat")
        page.locator("[name=count]").fill("2")
        page.locator("#size").fill("80")
        pick(page, "lasso")
        before = drawn(page, (640, 480))
        page.reload()
        ready(page)
        assert (drawn(page, (640, 480)) == before).all()
        expect(page.locator("#prompt")).to_have_value("a paper boat")
        expect(page.locator("#start")).to_have_text("Start · 14 credits")
        expect(page.locator("#size")).to_have_value("80")
        expect(page.locator("[data-tool=lasso]")).to_have_attribute("aria-pressed", "true")


def test_a_refusal_keeps_the_drawing(served: Served, browser: Browser) -> None:
    task = served.draft()
    with opened(browser, served.url(task)) as page:
        page.locator("#start").click()
        expect(page.locator("#trouble")).to_contain_text("Paint over")
        page.locator("[data-act=invert]").click()
        page.locator("#start").click()
        expect(page.locator("#trouble")).to_contain_text("whole picture")
        expect(page.locator("#trouble")).to_contain_text("Nothing was charged")
        assert [each["t"] for each in operations(page, task)] == ["i"]
        page.context.set_offline(True)
        page.locator("#start").click()
        expect(page.locator("#trouble")).to_contain_text("cannot be reached")
        page.context.set_offline(False)


def test_another_price_is_shown_before_it_is_spent(served: Served, browser: Browser) -> None:
    task = served.draft()
    with opened(browser, "about:blank", is_open=False) as page:

        def cheaper(route: Route) -> None:
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "prices": [5, 10]})

        page.route("**/api/draft", cheaper)
        page.goto(served.url(task))
        ready(page)
        drag(page, (0.1, 0.2), (0.5, 0.3))
        page.locator("#start", has_text="Start · 5 credits").click()
        expect(page.locator("#trouble")).to_contain_text("costs 7 credits now, not 5")
        page.locator("#start", has_text="Start · 7 credits").click()
        expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=20_000)
        assert served.ended(task).quoted == 7


def violations(page: Page) -> list[str]:
    """What axe-core has to say of the page as it is now."""
    if not page.evaluate("'axe' in window"):
        # Past the page's own policy, which lets no strange script in.
        page.evaluate(AXE)
    found = page.evaluate("axe.run()")["violations"]
    return [f"{each['id']}: {each['nodes'][0]['html'][:120]}" for each in found]


def check(page: Page, state: str) -> None:
    """Look at one state in light and dark."""
    schemes: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for scheme in schemes:
        page.emulate_media(color_scheme=scheme)
        shoot(page, f"{state}-{scheme}")
        assert violations(page) == [], (state, scheme)


@pytest.mark.parametrize("where", ["desk", "phone"])
def test_everybody_can_use_it(served: Served, browser: Browser, where: str) -> None:
    task = served.draft((800, 600))
    look = {**(DESK if where == "desk" else PHONE), "bypass_csp": True}
    with opened(browser, served.url(task), **look) as page:
        drag(page, (0.3, 0.3), (0.6, 0.5), (0.4, 0.7))
        expect(page.locator("#coverage")).to_contain_text("%")
        check(page, f"{where}-1-painted")
        page.locator("#more").evaluate("more => more.open = !more.open")
        check(page, f"{where}-2-options")
        page.locator("#help-open").click()
        check(page, f"{where}-3-help")
        page.keyboard.press("Escape")
        page.locator("#start").click()
        expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=20_000)
        expect(page.locator("#results img")).to_have_count(2)
        check(page, f"{where}-4-result")


def test_a_link_that_is_over_says_so(served: Served, browser: Browser) -> None:
    page = browser.new_page(bypass_csp=True)
    page.goto(f"{served.server.address}/edit/#t={'x' * 50}")
    expect(page.get_by_role("alert")).to_contain_text("Paint in browser")
    shoot(page, "closed")
    assert violations(page) == []
    page.close()


def test_from_the_command_to_the_card(browser: Browser, tmp_path: Path) -> None:
    samples = tmp_path / "data" / "samples"
    person = Person(browser.new_page(viewport={"width": 1280, "height": 900}), "painting")
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        # One with a mask that the page begins with, and one without any.
        doubtful = {"mask": samples / "rocket-mask-inverted.png"}
        for name, look, given in (("desk", DESK, doubtful), ("phone", PHONE, {})):
            person.run(
                "inpaint",
                image=samples / "rocket.jpg",
                prompt=f"a calm sky, by {name}",
                provider="local",
                **given,
            )
            link = person.reply.get_by_role("link", name="Paint in browser")
            url = link.get_attribute("href")
            assert url is not None
            person.shoot(f"{name}-draft", person.reply)
            with opened(browser, url, **look) as page:
                if given:
                    page.locator("[data-act=clear]").click()
                paint(page, name)
                expect(page.locator("#coverage")).to_contain_text("%")
                shoot(page, f"sandbox-{name}-1-painted")
                page.locator("#start").click()
                expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=40_000)
                expect(page.locator("#results img")).to_have_count(2)
                expect(page.locator("#card")).to_be_visible()
                shoot(page, f"sandbox-{name}-2-result")
            expect(person.card).to_contain_text(f"by {name}")
            expect(person.card).to_contain_text(re.compile(r"Done in \d+"), timeout=20_000)
            person.shoot(f"{name}-card", person.card)
    person.page.close()


def paint(page: Page, name: str) -> None:
    if name == "desk":
        return drag(page, (0.5, 0.4), (0.5, 0.6))
    return Fingers(page).drag(*((0.5, 0.4 + n / 25) for n in range(6)))
