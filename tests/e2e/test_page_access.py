"""The painting page in each of its states, judged by axe-core in light and dark."""

from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.page_server import Served
from tests.e2e.painting import DESK, PHONE, drag, opened, shoot

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]

AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")


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
        expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=40_000)
        expect(page.locator("#results img")).to_have_count(2)
        check(page, f"{where}-4-result")


def test_a_link_that_is_over_says_so(served: Served, browser: Browser) -> None:
    page = browser.new_page(bypass_csp=True)
    page.goto(f"{served.server.address}/edit/#t={'x' * 50}")
    expect(page.get_by_role("alert")).to_contain_text("Paint in browser")
    shoot(page, "closed")
    assert violations(page) == []
    page.close()
