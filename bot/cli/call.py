"""What a command is given."""

from argparse import Namespace
from dataclasses import dataclass

from bot.settings import Given, Settings

GOOD, WRONG, CANNOT_START, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True)
class Call:
    """One command of the operator: its arguments, and the settings as they were read."""

    args: Namespace
    given: Given

    @property
    def settings(self) -> Settings:
        """The settings; those that are wrong have their defaults."""
        return self.given.settings
