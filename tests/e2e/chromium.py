"""A headless Chromium that is already here, and what a person does in the sandbox's page."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Error, Locator, Page, expect, sync_playwright

from tests.e2e.composer import Composer

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
ONLY_YOU = "Only you can see this"
# A busy machine is no failure.
expect.set_options(timeout=15_000)


def executable() -> str:
    """Return Chromium's path, or skip the test."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        pytest.skip("no Chromium on this machine (on Debian: apt install chromium)")
    return found


@contextmanager
def browser_page() -> Iterator[Page]:
    """Open a desktop-sized page."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=list(QUIET))
        try:
            yield browser.new_page(viewport={"width": 1280, "height": 900})
        finally:
            browser.close()


class Person:
    """Somebody in front of the page; every step leaves a numbered screenshot."""

    def __init__(self, page: Page, story: str) -> None:
        self.page = page
        self.composer = Composer(page)
        self._folder = SCREENSHOTS / story
        shutil.rmtree(self._folder, ignore_errors=True)
        self._shots = 0

    def open(self, url: str) -> None:
        self.page.goto(url)
        self._wait_until_drawn()

    def _wait_until_drawn(self) -> None:
        expect(self.page.locator("#preview-app")).to_have_attribute(
            "aria-busy", "false", timeout=30_000
        )

    def shoot(self, name: str, message: Locator | None = None) -> None:
        """Save what is on the screen once its pictures are there, scrolled to `message`."""
        self._wait_until_drawn()
        if message:
            message.scroll_into_view_if_needed()
        self._shots += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self._folder / f"{self._shots:02}-{name}.png")

    def picture_of(self, message: Locator, name: str) -> None:
        """Save what the bot drew into one message."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for last in (False, False, True):
            self._wait_until_drawn()
            try:
                drawn = message.locator(".component-container")
                drawn.screenshot(path=self._folder / f"{name}.png", timeout=5_000)
                return
            except Error:
                # A card that went on was drawn anew meanwhile.
                if last:
                    raise

    def run(self, command: str, *, shot: str = "", **options: Path | str) -> None:
        """Choose the command in the list, fill in its options one by one and send it."""
        self.composer.begin(command)
        for name, value in options.items():
            self.composer.fill(name, value)
        if shot:
            self.shoot(shot)
        self._send()

    def _wait_until_done(self) -> None:
        """Until the page is at nothing any more, and what came of it is drawn."""
        expect(self.page.locator("#action-status")).not_to_have_text(re.compile("…$"))
        self._wait_until_drawn()

    def _send(self) -> None:
        """The page takes nothing while it is at something else, such as what an option offers."""
        self._wait_until_done()
        self.page.get_by_role("button", name="Send", exact=True).click()
        expect(self.page.get_by_label("Message", exact=True)).to_be_visible(timeout=30_000)

    def pick(self, command: str, **options: str) -> None:
        """Run a command whose options are picked from what is offered after typing."""
        self.composer.begin(command)
        for name, typed in options.items():
            self.composer.pick(name, typed)
        self._send()

    def choose(self, message: Locator, index: int, *labels: str) -> None:
        """Pick from the menu with this number in a message; more than one is applied at the end."""
        menu = message.locator(".preview-select").nth(index)
        for last in (False, False, True):
            try:
                self._mark(menu, labels)
                break
            except Error:
                # A message that is drawn anew, or scrolls, closes the list.
                if last:
                    raise
        apply = menu.get_by_role("button", name="Apply")
        if apply.count():
            apply.click()
        self._wait_until_done()

    def _mark(self, menu: Locator, labels: tuple[str, ...]) -> None:
        trigger = menu.locator("button.select-trigger")
        trigger.scroll_into_view_if_needed()
        self._wait_until_done()
        trigger.click()
        # What it offers is asked for first, and till that is there a choice is only drawn.
        self._wait_until_done()
        for label in labels:
            menu.locator(".select-option", has_text=label).first.click(timeout=5_000)

    def fill_form(self, **values: str) -> None:
        """Fill in the form that is open and send it."""
        for name, value in values.items():
            self.form.locator(f"[name={name}]").fill(value)
        self.form.get_by_role("button", name="Submit").click()
        expect(self.form).to_have_count(0)

    @property
    def form(self) -> Locator:
        return self.page.locator("form.modal-dialog")

    def suggestions(self, command: str, option: str, typed: str) -> int:
        """Open the command, begin to fill in an option and count what is offered."""
        self.composer.begin(command)
        self.composer.add(option)
        self.composer.field(option).press_sequentially(typed)
        offered = self.composer.offered
        expect(offered.first).to_be_visible()
        return offered.count()

    @property
    def messages(self) -> Locator:
        return self.page.locator("#channel-message-list article")

    @property
    def reply(self) -> Locator:
        """The newest answer that only this member sees."""
        return self.messages.filter(has_text=ONLY_YOU).last

    @property
    def bot_messages(self) -> Locator:
        """Messages of the bot that everybody sees."""
        badge = self.page.get_by_text("APP", exact=True)
        return self.messages.filter(has=badge).filter(has_not_text=ONLY_YOU)

    @property
    def card(self) -> Locator:
        """The newest of them."""
        return self.bot_messages.last

    def press(self, message: Locator, label: str) -> None:
        """Press one of the bot's own buttons; members have a Delete of Discord's, too."""
        whole = re.compile(rf"^\s*{re.escape(label)}\s*$")
        message.locator("button.component-button", has_text=whole).click()

    def answer(self, message: Locator, text: str) -> None:
        """Reply to a message, which pings its author."""
        before = self.bot_messages.count()
        message.hover()
        message.get_by_role("button", name="Reply", exact=True).click()
        self.page.get_by_label("Message", exact=True).fill(text)
        self._send()
        expect(self.bot_messages).to_have_count(before + 1, timeout=30_000)

    def press_again(self) -> None:
        """Repeat the newest edit and wait for its own card."""
        before = self.bot_messages.count()
        self.press(self.card, "Again")
        expect(self.bot_messages).to_have_count(before + 1, timeout=30_000)

    def switch_to(self, name: str) -> None:
        """Look at the channel as the other member."""
        self.page.get_by_label("Viewing as").select_option(label=name)
        expect(self.page.locator("#action-status")).not_to_have_text("Switching viewer…")
        self._wait_until_drawn()
