"""What a command is given."""

from argparse import Namespace
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.settings import Given, Settings

if TYPE_CHECKING:
    # Most commands need no provider.
    from bot.providers import Factory

GOOD, WRONG, CANNOT_START, INTERRUPTED = 0, 1, 2, 130


@dataclass(frozen=True, slots=True)
class Call:
    """One command of the operator: its arguments, and the settings as they were read.

    `providers` are those to choose from; None: all that are registered.
    """

    args: Namespace
    given: Given
    providers: "Sequence[Factory] | None" = None

    @property
    def settings(self) -> Settings:
        """The settings; those that are wrong have their defaults."""
        return self.given.settings
