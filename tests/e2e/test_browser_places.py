"""The ways to say where without a mask file, in the sandbox; look at `screenshots/places`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Locator, Page, expect

from tests.e2e.chromium import ONLY_YOU, Person, browser_page
from tests.e2e.sandbox_process import sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DONE = re.compile(r"Done in \d+")
DONE_TIMEOUT_MS = 60_000
PAINT = (255, 0, 200)


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def painted(photo: Path, copy: Path) -> Path:
    """A copy as a phone saves it, painted on with a finger."""
    with Image.open(photo) as image:
        picture = image.convert("RGB")
    middle, width = picture.width // 2, picture.width // 12
    line = [(middle, picture.height // 4), (middle, 3 * picture.height // 4)]
    ImageDraw.Draw(picture).line(line, PAINT, width)
    picture.save(copy, "JPEG", quality=90)
    return copy


def go(person: Person, draft: Locator, name: str) -> None:
    """Press Go on what was looked at, and look at the card that comes of it."""
    expect(draft.get_by_role("img", name="tinted")).to_be_visible()
    person.picture_of(draft, f"{name}-draft")
    before = person.bot_messages.count()
    person.press(draft, "Go")
    expect(person.bot_messages).to_have_count(before + 1, timeout=30_000)
    expect(person.card).to_contain_text(DONE, timeout=DONE_TIMEOUT_MS)
    # The answer is drawn anew after the card, under whatever is open then.
    answers = person.messages.filter(has_text=ONLY_YOU).filter(has_text=DONE)
    expect(answers).to_have_count(before + 1)
    expect(person.card.locator("img").last).to_be_visible()
    person.picture_of(person.card, f"{name}-card")


def test_a_painted_copy_then_cells_then_more_room(page: Page, tmp_path: Path) -> None:
    person = Person(page, "places")
    with sandbox(tmp_path / "data") as address:
        samples = tmp_path / "data" / "samples"
        photo = samples / "rocket.jpg"
        person.open(address)
        person.run("settings")
        person.choose(person.reply, 1, "Always ask me first")

        copy = painted(photo, tmp_path / "copy.jpg")
        person.run("inpaint", image=photo, mask=copy, provider="local")
        expect(person.reply).to_contain_text("from what you painted over")
        go(person, person.reply, "painted")

        mask = samples / "rocket-mask.png"
        person.run("inpaint", image=photo, mask=mask, provider="local")
        expect(person.reply).to_contain_text("Please look at this first")
        person.press(person.reply, "Cells")
        grid = person.messages.filter(has_text="Pick the cells to change").last
        expect(grid).to_be_visible()
        person.choose(grid, 0, "C2", "C3")
        expect(grid).to_contain_text("Picked: C2, C3")
        person.picture_of(grid, "grid-alone")
        go(person, person.messages.filter(has_text="Please look at this first").last, "cells")

        person.run("inpaint", image=photo, where="left 25%", provider="local")
        expect(person.reply).to_contain_text("Please look at this first")
        go(person, person.reply, "sides")
        person.shoot("end", person.card)
