"""The buttons under cards and replies: `<verb>:<task id>`, drawn from a table, done by cogs.

Cards are drawn here and pressed in `cogs/`, which this layer cannot import: so there is one class,
and each cog puts what its verbs do into the bot's `presses`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, Self, cast

from discord import ButtonStyle, ui

from bot.delivery.reply import AnyInteraction, SafeButton, tell
from bot.errors import TaskGone
from bot.services.ports import Clock

SECOND_PRESS = timedelta(seconds=10)
JUST_PRESSED = "You pressed that just now. Give it a few seconds."

Press = Callable[[AnyInteraction, str], Awaitable[None]]


class Presses(Protocol):
    """The part of the bot that knows what each verb does."""

    presses: Mapping[str, Press]
    recent: "Recent"


class Recent:
    """Who pressed what a moment ago: a second press of the same button changes nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._pressed: dict[tuple[int, str], datetime] = {}

    def begin(self, key: tuple[int, str]) -> bool:
        """Note a press by a member on a custom_id; False when it is a second one."""
        now = self._clock.now()
        self._pressed = {each: at for each, at in self._pressed.items() if now - at < SECOND_PRESS}
        if key in self._pressed:
            return False
        self._pressed[key] = now
        return True

    def forget(self, key: tuple[int, str]) -> None:
        """Let it be pressed again."""
        self._pressed.pop(key, None)


@dataclass(frozen=True, slots=True)
class Look:
    """How a verb's button looks."""

    label: str
    style: ButtonStyle


LOOKS: dict[str, Look] = {
    "go": Look("Go", ButtonStyle.success),
    "invert": Look("Invert", ButtonStyle.secondary),
    "cancel": Look("Cancel", ButtonStyle.danger),
    "again": Look("Again", ButtonStyle.primary),
    "delete": Look("Delete", ButtonStyle.secondary),
}


class TaskButton(SafeButton, template=r"(?P<verb>[a-z]+):(?P<task_id>[0-9A-Za-z_-]{1,60})"):
    """One verb for one task."""

    def __init__(self, verb: str, task_id: str) -> None:
        self.verb = verb
        self.task_id = task_id
        look = LOOKS.get(verb, Look(verb.title(), ButtonStyle.secondary))  # an older version's
        super().__init__(
            ui.Button(style=look.style, label=look.label, custom_id=f"{verb}:{task_id}")
        )

    @classmethod
    async def from_custom_id(
        cls, interaction: AnyInteraction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Come back to life from a press, also after a restart."""
        return cls(match["verb"], match["task_id"])

    async def pressed(self, interaction: AnyInteraction) -> None:
        """Hand it to the cog that owns the verb."""
        press = cast("Presses", interaction.client).presses.get(self.verb)
        if press is None:
            raise TaskGone(log=f"no cog does {self.verb}")
        recent = cast("Presses", interaction.client).recent
        key = (interaction.user.id, self.custom_id)
        if not recent.begin(key):
            await tell(interaction, JUST_PRESSED)
            return
        try:
            await press(interaction, self.task_id)
        except Exception:
            recent.forget(key)  # what did not work may be tried again at once
            raise


def row(task_id: str, *verbs: str) -> ui.ActionRow[Any]:
    """Put these verbs side by side."""
    buttons: ui.ActionRow[Any] = ui.ActionRow()
    for verb in verbs:
        buttons.add_item(TaskButton(verb, task_id))
    return buttons
