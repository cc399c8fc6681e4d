"""From the painting page into the edit: what a reload keeps, refusals, prices, and the card."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.chromium import Person
from tests.e2e.page_server import Served
from tests.e2e.painting import (
    DESK,
    PHONE,
    Fingers,
    drag,
    drawn,
    opened,
    operations,
    pick,
    ready,
    shoot,
)
from tests.e2e.sandbox_process import sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(120)]


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
        expect(page.locator("body")).to_have_attribute("data-state", "over", timeout=40_000)
        assert served.ended(task).quoted == 7


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
            expect(person.card).to_contain_text(re.compile(r"Done in \d+"), timeout=40_000)
            person.shoot(f"{name}-card", person.card)
    person.page.close()


def paint(page: Page, name: str) -> None:
    if name == "desk":
        return drag(page, (0.5, 0.4), (0.5, 0.6))
    return Fingers(page).drag(*((0.5, 0.4 + n / 25) for n in range(6)))
