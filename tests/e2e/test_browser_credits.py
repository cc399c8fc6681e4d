"""Credits and privacy in the sandbox, as people would use them; look at `screenshots/`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.people import ADMIN_NAME, MEMBER_NAME
from tests.e2e.chromium import Person, browser_page
from tests.e2e.sandbox_process import sandbox
from tests.e2e.test_browser_commands import answered

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def test_credits_from_the_first_look_to_the_report(page: Page, tmp_path: Path) -> None:
    person, data = Person(page, "credits"), tmp_path / "data"
    with sandbox(data) as address:
        person.open(address)
        person.switch_to(MEMBER_NAME)
        person.run("credits balance")
        answered(person, "You have 1,000 credits", "balance")
        samples = data / "samples"
        person.run(
            "inpaint",
            image=samples / "rocket.jpg",
            mask=samples / "rocket-mask.png",
            prompt="a red balloon",
            provider="scenario",
        )
        expect(person.card).to_contain_text(re.compile(r"paid by"), timeout=60_000)
        person.shoot("card", person.card)
        person.run("credits history")
        answered(person, "edit paid", "history")
        person.run("credits stats")
        answered(person, "Credits spent here", "stats")
        expect(person.reply.locator("img")).to_be_visible()
        person.run("credits leaderboard")
        answered(person, "Most edits made", "leaderboard")
        person.run("privacy delete")
        answered(person, "Delete everything", "delete")
        person.switch_to(ADMIN_NAME)
        person.run("credits-admin pool")
        answered(person, "The pool has", "pool")
        person.run("credits-admin prices")
        answered(person, "Prices in this server", "prices")
        person.run("credits-admin report")
        answered(person, "Credits of this server", "report")
