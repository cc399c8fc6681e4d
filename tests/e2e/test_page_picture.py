"""The picture on the painting page: small at first, whole in the end, whatever the line does."""

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.page_server import Served
from tests.e2e.painting import drag, drawn, opened, ready

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

SIZE = (1200, 900)
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
