"""The line at the bottom of the sandbox's page, where a command is put together.

The page draws this line anew with every event of the channel, and its open list is gone then. So a
step is taken again until it took.
"""

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Error, FileChooser, Locator, Page, expect

TRIES = 8
TRY_MS = 4_000


def insist(step: Callable[[], None], took: Callable[[], bool]) -> None:
    """Take a step until it took; raises the last try's error."""
    for left in reversed(range(TRIES)):
        try:
            step()
        except Error:
            if not left and not took():
                raise
        if took():
            return
    raise AssertionError("the page did not take it")


class Composer:
    """What a person does there, option by option."""

    def __init__(self, page: Page) -> None:
        self.page = page

    @property
    def line(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def offered(self) -> Locator:
        return self.page.locator(".command-suggestion")

    def begin(self, command: str) -> None:
        """Choose the command in the list."""
        chip = self.page.locator(".command-chip")
        insist(lambda: self._choose(command), lambda: chip.count() > 0)

    def _choose(self, command: str) -> None:
        self.line.fill(f"/{command}", timeout=TRY_MS)
        entry = self.page.locator(".command-entry", has_text=f"/{command}").first
        entry.click(timeout=TRY_MS)

    def fill(self, name: str, value: Path | str) -> None:
        """Give an option its value, typed or as a file."""
        self.add(name)
        if isinstance(value, Path):
            self._attach(self.pill(name), value)
            return
        field = self.field(name)
        field.fill(value)
        if field.get_attribute("role") == "combobox" and self._is_offered():
            self._take_first()

    def pick(self, name: str, typed: str) -> None:
        """Give an option the first of what is offered for the text."""
        self.add(name)
        field = self.field(name)
        field.press_sequentially(typed, delay=20)
        whole = field.input_value()
        offered = self.page.locator(".command-suggestion", has_text=typed).first
        insist(lambda: self._take(field, offered), lambda: self._is_taken(name, whole))

    def add(self, name: str) -> None:
        """Add an option to the line unless it is there."""
        pill = self.pill(name)
        if not pill.count():
            insist(lambda: self._add(name), lambda: pill.count() > 0)

    def pill(self, name: str) -> Locator:
        return self.page.locator(f"label.command-pill[data-option={name}]")

    def field(self, name: str) -> Locator:
        return self.pill(name).locator("input.command-option-input")

    def _add(self, name: str) -> None:
        item = self.offered.filter(has=self.page.get_by_text(name, exact=True))
        if not item.count():
            more = re.compile(r"^\+ ?\d* ?(more|options)$")
            self.page.get_by_role("button", name=more).click(timeout=TRY_MS)
        item.click(timeout=TRY_MS)

    def _attach(self, pill: Locator, path: Path) -> None:
        with self.page.expect_file_chooser() as choosing:
            pill.locator("button.command-file-choose").click()
        chooser: FileChooser = choosing.value
        chooser.set_files(path)

    def _is_offered(self) -> bool:
        """Whether the bot offers something; while it is asked, the page says that nothing is."""
        try:
            expect(self.offered.first).to_be_visible(timeout=8_000)
        except AssertionError:
            expect(self.page.get_by_text("No options match")).to_be_visible()
            return False
        return True

    def _take_first(self) -> None:
        """What was typed is a value already: a list that is gone meanwhile is not missed."""
        try:
            self.offered.first.dispatch_event("click", timeout=TRY_MS)
        except Error:
            return

    def _take(self, field: Locator, offered: Locator) -> None:
        if not offered.count():
            # The list comes back with the cursor.
            field.blur(timeout=TRY_MS)
            field.focus(timeout=TRY_MS)
        offered.click(timeout=TRY_MS)

    def _is_taken(self, name: str, typed: str) -> bool:
        """Another value stands there, as its text or, of a person, as a mention."""
        if self.pill(name).locator(".command-mention").count():
            return True
        return self.field(name).input_value() != typed
