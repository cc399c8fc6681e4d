"""Every command but `/inpaint` in the sandbox, as people would use it; look at `screenshots/`."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.sandbox.people import ADMIN_NAME, MEMBER_NAME
from tests.e2e.chromium import Person, browser_page
from tests.e2e.composer import insist
from tests.e2e.sandbox_process import read, sandbox

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

DONE = re.compile(r"Done in \d+")
DONE_TIMEOUT_MS = 60_000
PLACES = "pictures"


@pytest.fixture
def page() -> Iterator[Page]:
    with browser_page() as page:
        yield page


def inpaint(person: Person, samples: Path, prompt: str, **options: str) -> None:
    person.run(
        "inpaint",
        image=samples / "rocket.jpg",
        mask=samples / "rocket-mask.png",
        prompt=prompt,
        provider="local",
        **options,
    )


def wait_until_done(person: Person) -> None:
    expect(person.card).to_contain_text(DONE, timeout=DONE_TIMEOUT_MS)


def answered(person: Person, text: str, shot: str) -> None:
    """Wait for the newest answer and save what it looks like."""
    expect(person.reply).to_contain_text(text, timeout=30_000)
    person.shoot(shot, person.reply)
    container = person.reply.locator(".component-container")
    if container.count():
        person.picture_of(person.reply, f"{shot}-alone")


def test_a_member_reads_the_help_and_chooses_settings(page: Page, tmp_path: Path) -> None:
    person = Person(page, "member")
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        person.switch_to(MEMBER_NAME)
        person.run("help")
        answered(person, "What do you want to do?", "help")
        expect(person.reply.locator("img")).to_be_visible()
        person.choose(person.reply, 0, "Say where")
        answered(person, "Any one of these will do", "help-mask")
        person.choose(person.reply, 0, "Find an edit")
        answered(person, "posted anew", "help-find")
        person.run("about")
        answered(person, "Local: ready", "about")
        person.run("settings")
        answered(person, "Your settings", "settings")
        menus = person.reply.locator(".preview-select .select-trigger")
        for n, wish in enumerate(("After every edit", "Always ask me first")):
            person.choose(person.reply, n, wish)
            expect(menus.nth(n)).to_contain_text(wish)
        answered(person, "Your settings", "settings-chosen")
        inpaint(person, tmp_path / "data" / "samples", "only the sky")
        answered(person, "You asked to see every edit before it goes", "asked-first")
        person.press(person.reply, "Go")
        expect(person.bot_messages.last).to_contain_text("your edit is ready", timeout=60_000)
        person.shoot("pinged", person.bot_messages.last)


def test_tasks_are_listed_shown_and_cancelled(page: Page, tmp_path: Path) -> None:
    data = tmp_path / "data"
    person = Person(page, "tasks")
    with sandbox(data) as address:
        person.open(address)
        person.run("task list")
        answered(person, "You have made no edits", "list-empty")
        for n, prompt in enumerate(("only the sky", "no rocket, please"), 1):
            inpaint(person, data / "samples", prompt)
            expect(person.bot_messages).to_have_count(n, timeout=DONE_TIMEOUT_MS)
            wait_until_done(person)
        person.run("task list")
        answered(person, "no rocket, please", "list")
        person.pick("task list", whose="Everyone's")
        answered(person, "Everyone's edits that you can see", "list-everyone")
        person.pick("task show", task="only the sky")
        answered(person, "Provider Local", "show")
        person.run(
            "inpaint",
            image=data / "samples" / "galaxies.jpg",
            mask=data / "samples" / "galaxies-mask.png",
            prompt="a slow one",
            provider="local",
            count="8",
        )
        expect(person.card).to_contain_text("Filling", timeout=DONE_TIMEOUT_MS)
        person.pick("task cancel", task="a slow one")
        answered(person, "asked the provider to stop", "cancel")
        expect(person.card).to_contain_text("Cancelled", timeout=DONE_TIMEOUT_MS)
    with sandbox(data) as address:
        person.open(address)
        person.pick("task show", task="only the sky")
        answered(person, "posting it anew", "show-again")
        wait_until_done(person)
        person.shoot("card-again", person.card)


def test_a_report_hides_the_pictures_until_a_moderator_decides(page: Page, tmp_path: Path) -> None:
    person = Person(page, "report")
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        person.run("server settings")
        answered(person, "Settings of this server", "settings")
        insist(
            lambda: person.choose(person.reply, 4, PLACES),
            lambda: is_saved(page, tmp_path / "data"),
        )
        chosen = person.reply.locator(".preview-select .select-trigger").nth(4)
        expect(chosen).to_contain_text(PLACES)
        inpaint(person, tmp_path / "data" / "samples", "only the sky")
        wait_until_done(person)
        person.switch_to(MEMBER_NAME)
        card = person.bot_messages.filter(has_text="Repainted for")
        person.press(card, "Report")
        expect(person.reply).to_contain_text("hidden from everybody")
        expect(card).to_contain_text("hidden until a moderator has looked at it")
        person.shoot("hidden", card)
        person.picture_of(card, "hidden-alone")
        report = person.messages.filter(has_text="An edit was reported")
        expect(report).to_have_count(1)
        person.press(report, "Restore")
        expect(person.reply).to_contain_text("Manage Messages")
        person.shoot("refused", person.reply)
        person.switch_to(ADMIN_NAME)
        person.shoot("told")
        person.picture_of(report, "told-alone")
        person.press(report, "Restore")
        expect(report).to_contain_text("Restored")
        expect(card).not_to_contain_text("hidden until")
        person.shoot("restored", report)
        person.picture_of(report, "restored-alone")


def is_saved(page: Page, data: Path) -> bool:
    """Whether the bot has it: the page draws what was chosen before anybody was told."""
    page.wait_for_timeout(1_000)
    return bool(read(data, "SELECT 1 FROM guild_settings"))


def test_an_admin_sets_blocks_and_reads_the_log(page: Page, tmp_path: Path) -> None:
    person = Person(page, "server")
    samples = tmp_path / "data" / "samples"
    with sandbox(tmp_path / "data") as address:
        person.open(address)
        person.run("server settings")
        answered(person, "Settings of this server", "settings")
        person.choose(person.reply, 0, "Local")
        person.choose(person.reply, 2, PLACES)
        person.press(person.reply, "Limits")
        person.shoot("limits")
        person.fill_form(live_member_max="2", retention_days="7")
        answered(person, "2 edits at once a member", "limits-set")
        person.press(person.reply, "Limits")
        person.fill_form(live_member_max="99")
        expect(person.reply).to_contain_text("goes from 1 to 3", timeout=30_000)
        person.shoot("limits-refused", person.reply)
        page_of_settings = person.messages.filter(has_text="Settings of this server")
        person.press(page_of_settings, "Blocked words")
        person.shoot("words")
        person.fill_form(blocked_words="rocket, red boat", words_sentence="Please, no rockets.")
        expect(page_of_settings).to_contain_text("Blocked words 2")
        inpaint(person, samples, "a Rocket")
        answered(person, "Please, no rockets.", "word-refused")
        person.press(page_of_settings, "Pause new edits")
        expect(page_of_settings).to_contain_text("New edits are paused.")
        person.picture_of(page_of_settings, "paused-alone")
        inpaint(person, samples, "only the sky")
        answered(person, "have paused new edits", "paused-refused")
        person.press(page_of_settings, "Take edits again")
        person.pick("server block", member="Ben")
        answered(person, "may not use the bot here", "blocked")
        person.switch_to(MEMBER_NAME)
        person.run("task list")
        answered(person, "do not let you use this bot, for good", "blocked-refused")
        person.switch_to(ADMIN_NAME)
        person.run("server blocked")
        answered(person, "Members who may not use the bot here", "blocked-list")
        person.pick("server unblock", member="Ben")
        answered(person, "may use the bot here again", "unblocked")
        person.run("server log")
        answered(person, "What was changed in this server", "log")
        person.press(person.reply, "Older")
        answered(person, "Page 2 of 2", "log-older")
