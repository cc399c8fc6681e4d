"""A reply to a card, from what is wished to the result; look at `screenshots/reply` afterwards."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.chromium import Person, browser_page
from tests.e2e.sandbox_process import sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DONE = re.compile(r"Done in \d+")


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def test_a_reply_becomes_an_edit_of_the_card(page: Page, tmp_path: Path) -> None:
    samples = tmp_path / "data" / "samples"
    person = Person(page, "reply")
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        rocket, mask = samples / "rocket.jpg", samples / "rocket-mask.png"
        person.run("inpaint", image=rocket, mask=mask, provider="aithriving", prompt="a red tower")
        expect(person.card).to_contain_text(DONE, timeout=60_000)
        person.answer(person.card, "a green tower")
        asked = person.card
        expect(asked).to_contain_text("You asked for this in a reply")
        expect(asked).to_contain_text("AIThriving · Costs 6 credits")
        expect(asked.get_by_role("img", name="tinted")).to_be_visible()
        person.shoot("asked", asked)
        person.picture_of(asked, "asked-closely")
        person.press(asked, "Go")
        expect(person.card).to_contain_text("a green tower")
        expect(person.card).to_contain_text(DONE, timeout=60_000)
        person.shoot("finished", person.card)
