"""The sandbox in a real Chromium, used as a person would; look at `screenshots/` afterwards."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.people import MEMBER_NAME
from tests.e2e.chromium import Person, browser_page
from tests.e2e.sandbox_process import read, sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DONE = re.compile(r"Done in \d+")
DONE_TIMEOUT_MS = 60_000


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def wait_until_done(person: Person) -> None:
    expect(person.card).to_contain_text(DONE, timeout=DONE_TIMEOUT_MS)
    expect(person.card.locator("img").last).to_be_visible()


def test_an_edit_from_the_command_to_the_deleted_card(page: Page, tmp_path: Path) -> None:
    samples = tmp_path / "data" / "samples"
    person = Person(page, "edit")
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        person.shoot("empty")
        person.run(
            "inpaint",
            shot="command",
            image=samples / "galaxies.jpg",
            mask=samples / "galaxies-mask.png",
            prompt="a darker sky",
            provider="local",
            count="4",
        )
        expect(person.reply.get_by_role("img", name="tinted")).to_be_visible()
        person.shoot("reply", person.reply)
        expect(person.card).to_contain_text(re.compile(r"Filling \d of 4"), timeout=DONE_TIMEOUT_MS)
        person.shoot("progress", person.card)
        wait_until_done(person)
        person.shoot("finished", person.card)

        person.press_again()
        person.press(person.card, "Cancel")
        expect(person.card).to_contain_text("Cancelled", timeout=DONE_TIMEOUT_MS)
        person.shoot("cancelled", person.card)

        person.press(person.card, "Delete")
        expect(person.bot_messages).to_have_count(1)
        person.shoot("deleted", person.card)


def test_a_member_sees_the_card_and_may_not_delete_it(page: Page, tmp_path: Path) -> None:
    samples = tmp_path / "data" / "samples"
    person = Person(page, "members")
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        person.run(
            "inpaint",
            image=samples / "rocket.jpg",
            mask=samples / "rocket-mask.png",
            prompt="only the sky",
            provider="local",
        )
        wait_until_done(person)
        person.picture_of(person.card, "finished-card")
        person.switch_to(MEMBER_NAME)
        expect(person.reply).to_have_count(0)
        person.press(person.card, "Delete")
        expect(person.reply).to_contain_text("Only the person who asked")
        expect(person.bot_messages).to_have_count(1)
        person.shoot("refused", person.reply)
        person.press_again()
        wait_until_done(person)
        expect(person.card).to_contain_text(MEMBER_NAME)
        person.shoot("again-by-the-member", person.card)


def test_a_doubtful_mask_asks_first(page: Page, tmp_path: Path) -> None:
    samples = tmp_path / "data" / "samples"
    person = Person(page, "draft")
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        person.run(
            "inpaint",
            image=samples / "rocket.jpg",
            mask=samples / "rocket-mask-inverted.png",
        )
        expect(person.reply.get_by_role("button", name="Invert")).to_be_visible()
        person.shoot("asks")
        person.press(person.reply, "Invert")
        expect(person.reply).to_contain_text("Turned around")
        expect(person.reply).to_contain_text(re.compile(r"\b5 %"))
        person.shoot("inverted")
        person.picture_of(person.reply, "mask")
        person.press(person.reply, "Go")
        wait_until_done(person)
        person.shoot("finished")


def test_a_second_start_knows_the_first_one(page: Page, tmp_path: Path) -> None:
    data = tmp_path / "data"
    samples = data / "samples"
    person = Person(page, "restart")
    for run in (1, 2):
        with sandbox(data) as address:
            person.open(address)
            person.run(
                "inpaint",
                image=samples / "galaxies.jpg",
                mask=samples / "galaxies-mask.png",
                prompt="dark sky",
                provider="local",
                count="2",
            )
            expect(person.card).to_contain_text(re.compile("local|Local"))
            person.shoot(f"run-{run}-begun")
            wait_until_done(person)
            person.shoot(f"run-{run}-finished")
            if run == 2:
                assert person.suggestions("inpaint", "parent", "dark") == 2
                person.shoot("run-2-earlier-edits")
    assert read(data, "SELECT state, COUNT(*) FROM tasks GROUP BY state") == [("done", 2)]
    assert read(data, "SELECT COUNT(*) FROM people") == [(1,)]
