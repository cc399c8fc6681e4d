"""The picture on the painting page: small at first, whole in the end, whatever the line does."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.page_server import Served
from tests.e2e.painting import drag, drawn, opened, ready, shoot

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SIZE = (1200, 900)
# Long pauses of the page end when the test says so.
PAUSES = """
window.pauses = [];
const timer = window.setTimeout;
window.setTimeout = (go, ms, ...more) =>
  ms < 5000 ? timer(go, ms, ...more) : window.pauses.push({ ms, go });
"""
# What the line says, each time that it says something else.
SAID = """
window.said = [];
const line = document.getElementById("sharper");
const hear = () => window.said.push(line.textContent);
new MutationObserver(hear).observe(line, { childList: true });
if (line.textContent) hear();
"""
ON_ITS_WAY = "The sharp picture is on its way."
BEFORE = "#results button:has-text('Before') img"


def hold(page: Page, path: str) -> list[Route]:
    """Whoever asks for it waits for what is done with the routes that come in here."""
    held: list[Route] = []

    def keep(route: Route) -> None:
        held.append(route)

    page.route(f"**/api/{path}", keep)
    return held


def is_wide(page: Page, selector: str, width_px: int) -> None:
    expect(page.locator(selector)).to_have_js_property("naturalWidth", width_px)


def has_ended(page: Page) -> None:
    expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=40_000)
    expect(page.locator("#results img")).to_have_count(2)


def test_one_paints_before_the_whole_picture_is_there(served: Served, browser: Browser) -> None:
    task = served.draft(SIZE)
    with opened(browser, "about:blank", is_open=False) as page:
        held = hold(page, "picture")
        with page.expect_request("**/api/picture"):
            page.goto(served.url(task))
        ready(page)
        drag(page, (0.1, 0.2), (0.5, 0.3))
        before = drawn(page, SIZE)
        assert before.any()
        is_wide(page, "#picture", 800)
        held[0].continue_()
        is_wide(page, "#picture", SIZE[0])
        assert (drawn(page, SIZE) == before).all()


def test_a_mask_shares_its_line_with_nothing_that_can_wait(
    served: Served, browser: Browser
) -> None:
    task = served.draft(SIZE, empty=False)
    with opened(browser, "about:blank", is_open=False) as page:
        asked_for: list[str] = []
        page.on("request", lambda request: asked_for.append(request.url.rpartition("/")[2]))
        held = hold(page, "mask")
        page.goto(served.url(task))
        come_in(page, held, 1)
        is_wide(page, "#picture", 800)
        assert "picture" not in asked_for
        held[0].continue_()
        ready(page)
        assert drawn(page, SIZE).any()
        is_wide(page, "#picture", SIZE[0])
        assert asked_for[-2:] == ["mask", "picture"]


def test_before_and_after_are_compared_whole(served: Served, browser: Browser) -> None:
    task = served.draft(SIZE)
    with opened(browser, "about:blank", is_open=False) as page:
        held = hold(page, "picture")
        page.goto(served.url(task))
        ready(page)
        drag(page, (0.1, 0.2), (0.5, 0.3))
        page.locator("#start").click()
        has_ended(page)
        is_wide(page, BEFORE, 800)
        held[0].continue_()
        is_wide(page, BEFORE, SIZE[0])
        # What is large just now is the result, and stays so.
        expect(page.locator("#picture")).to_have_attribute("alt", "The result: a red vase")
        assert_whole(page)
    # Who comes back later waits for no small copy, and keeps none.
    with opened(browser, "about:blank", is_open=False) as page:
        hold(page, "glance")
        page.goto(served.url(task))
        has_ended(page)
        is_wide(page, BEFORE, SIZE[0])
        assert_whole(page)


def assert_whole(page: Page) -> None:
    shown, before = page.locator("#picture"), page.locator(BEFORE)
    assert shown.get_attribute("src") != before.get_attribute("src")
    before.click()
    expect(shown).to_have_attribute("src", before.get_attribute("src") or "none")
    is_wide(page, "#picture", SIZE[0])


@contextmanager
def offline(served: Served, browser: Browser) -> Iterator[tuple[Page, list[Route]]]:
    """A page whose whole picture waits for the test."""
    task = served.draft(SIZE)
    with opened(browser, "about:blank", is_open=False) as page:
        page.add_init_script(PAUSES)
        held = hold(page, "picture")
        page.goto(served.url(task))
        ready(page)
        come_in(page, held, 1)
        page.evaluate(SAID)
        yield page, held


def lose(page: Page, held: list[Route]) -> None:
    """The request that waits; afterwards the page pauses."""
    count = page.evaluate("pauses.length")
    held[-1].abort()
    page.wait_for_function("count => pauses.length > count", arg=count)


def asked(page: Page, held: list[Route], why: str) -> None:
    """The page asks for the picture again at once when this happens to it."""
    count = len(held) + 1
    page.evaluate(why)
    come_in(page, held, count)


def come_in(page: Page, held: list[Route], count: int) -> None:
    while len(held) < count:
        page.wait_for_timeout(10)


def test_a_lost_picture_is_asked_for_again_and_again(served: Served, browser: Browser) -> None:
    with offline(served, browser) as (page, held):
        stage = page.locator("#stage").bounding_box()
        for _ in range(7):
            lose(page, held)
            asked(page, held, "pauses.at(-1).go()")
        assert page.evaluate("pauses.map(({ ms }) => ms / 1000)") == [5, 10, 20, 40, 60, 60, 60]
        line = page.get_by_role("status").filter(has_text=ON_ITS_WAY)
        expect(line).to_be_visible()
        shoot(page, "sharper")
        assert page.locator("#stage").bounding_box() == stage
        held[-1].continue_()
        is_wide(page, "#picture", SIZE[0])
        expect(line).to_have_count(0)
        assert page.evaluate("said") == [ON_ITS_WAY, ""]


@pytest.mark.parametrize(
    "come",
    [
        "window.dispatchEvent(new Event('online'))",
        "document.dispatchEvent(new Event('visibilitychange'))",
    ],
)
def test_who_is_back_waits_no_longer(served: Served, browser: Browser, come: str) -> None:
    with offline(served, browser) as (page, held):
        lose(page, held)
        asked(page, held, come)
        held[-1].continue_()
        is_wide(page, "#picture", SIZE[0])


@pytest.mark.parametrize("status", [401, 403, 410])
def test_a_link_that_is_over_is_not_asked_again(
    served: Served, browser: Browser, status: int
) -> None:
    with offline(served, browser) as (page, held):
        expect(page.locator("#sharper")).to_have_text(ON_ITS_WAY)
        held[-1].fulfill(status=status, json={"error": "This link is over."})
        expect(page.locator("#sharper")).to_be_empty()
        assert page.evaluate("pauses") == []
