"""Every provider in the sandbox, through its stand-in; look at `screenshots/` afterwards."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests import assets
from tests.e2e.chromium import Person, browser_page
from tests.e2e.sandbox_process import sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DONE = re.compile(r"Done in \d+")
DONE_TIMEOUT_MS = 60_000
# Whoever takes a while comes first, so that the others are waited for meanwhile.
TITLES = {
    "scenario": "Scenario",
    "modelslab": "ModelsLab",
    "qolaba": "Qolaba",
    "aithriving": "AIThriving",
}


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def test_all_five_services_edit(page: Page, tmp_path: Path) -> None:
    samples = tmp_path / "data" / "samples"
    person = Person(page, "providers")
    with sandbox(tmp_path / "data", "--pace", "1", LIVE_TASKS_MEMBER_MAX="9") as address:
        person.open(address)
        person.shoot("guide")
        person.run("imagine", prompt="a lighthouse at dusk", provider="apiframe")
        for slug in TITLES:
            person.run(
                "inpaint",
                image=samples / "rocket.jpg",
                mask=samples / "rocket-mask.png",
                prompt="a green tower",
                provider=slug,
            )
            if slug == "scenario":
                person.shoot("reply", person.reply)
                expect(person.card).to_contain_text("Scenario")
                person.shoot("waiting", person.card)
        for slug, title in TITLES.items():
            person.picture_of(finished(person, "a green tower", title), slug)
        chain(person, tmp_path)


def chain(person: Person, folder: Path) -> None:
    """APIFRAME edits only what it has made: four pictures, one of them large, a part of that."""
    made = finished(person, "Imagined for")
    person.picture_of(made, "apiframe-1-imagined")
    person.press(made, "U3")
    large = finished(person, "Enlarged for")
    person.picture_of(large, "apiframe-2-enlarged")
    mask = assets.save(assets.mask(512, 512), folder / "mask.png")
    person.run("inpaint", parent="lighthouse", mask=mask, prompt="a red sail", provider="apiframe")
    part = finished(person, "Repainted for", "a red sail")
    expect(part.locator("img")).to_have_count(4)
    person.shoot("apiframe-edited", part)
    person.picture_of(part, "apiframe-3-edited")


def finished(person: Person, *words: str) -> Locator:
    """The card with these words, once its pictures are there."""
    card = person.bot_messages
    for each in words:
        card = card.filter(has_text=each)
    expect(card).to_contain_text(DONE, timeout=DONE_TIMEOUT_MS)
    expect(card.locator("img").last).to_be_visible()
    return card
