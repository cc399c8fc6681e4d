"""Painting in a real Chromium: by mouse, keys, fingers and pen, and what comes of it."""

import json
import random
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.page_server import Served
from tests.e2e.painting import (
    PHONE,
    READ_MASK,
    Fingers,
    assert_alike,
    at,
    drag,
    drawn,
    opened,
    operations,
    pick,
    ready,
    shoot,
)

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


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
        expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=40_000)
        expect(page.locator("#after-title")).to_be_focused()
        assert served.ended(task).prompt == "a red vasee"


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


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
