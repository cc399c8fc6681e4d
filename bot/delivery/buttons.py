"""The buttons under cards and replies: `<verb>:<about>`, drawn from a table, done by cogs.

What a button is about is a task's id, one of its results (`k3f9x2abcd-2`), a report's (`r17`), a
page's number, or nothing (`-`).

Cards are drawn here and pressed in `cogs/`, which this layer cannot import: so there is one class,
and each cog puts what its verbs do into the bot's `presses`.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, Self, cast

from discord import ButtonStyle, ui

from bot.delivery.entrance import AnyInteraction
from bot.delivery.reply import SafeButton, tell
from bot.errors import TaskGone
from bot.services.access import Use
from bot.services.ports import Clock

SECOND_PRESS = timedelta(seconds=10)
JUST_PRESSED = "You pressed that just now and I am on it, so once is enough."

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
    """How a verb's button looks and what it asks; not `once`: it may be pressed twice at once."""

    label: str
    style: ButtonStyle
    use: Use
    once: bool = True


_GREY = ButtonStyle.secondary
LOOKS: dict[str, Look] = {
    "go": Look("Go", ButtonStyle.success, Use.EDIT),
    "take": Look("Take", ButtonStyle.success, Use.EDIT),
    "change": Look("Change", _GREY, Use.EDIT, once=False),
    "invert": Look("Invert", _GREY, Use.EDIT),
    "grow": Look("Grow", _GREY, Use.EDIT, once=False),
    "shrink": Look("Shrink", _GREY, Use.EDIT, once=False),
    "outline": Look("Outline", _GREY, Use.EDIT, once=False),
    "prompt": Look("Prompt", _GREY, Use.EDIT, once=False),
    "cells": Look("Cells", _GREY, Use.EDIT, once=False),
    "cancel": Look("Cancel", ButtonStyle.danger, Use.TAKE_BACK),
    "again": Look("Again", ButtonStyle.primary, Use.EDIT),
    "edit": Look("Edit again", _GREY, Use.EDIT, once=False),
    "upscale": Look("Enlarge", _GREY, Use.EDIT),
    "vary": Look("Vary", _GREY, Use.EDIT),
    "delete": Look("Delete", _GREY, Use.TAKE_BACK),
    "report": Look("Report", _GREY, Use.REPORT),
    "restore": Look("Restore", ButtonStyle.success, Use.MODERATE),
    "remove": Look("Delete", ButtonStyle.danger, Use.MODERATE),
    "history": Look("History", _GREY, Use.LOOK, once=False),
    "ranks": Look("Leaderboard", _GREY, Use.LOOK, once=False),
    "chart": Look("Charts", _GREY, Use.LOOK, once=False),
    "give": Look("Give them", ButtonStyle.success, Use.LOOK),
    "unsponsor": Look("End this", ButtonStyle.danger, Use.TAKE_BACK),
    "books": Look("Report", _GREY, Use.ADMIN, once=False),
    "forget": Look("Delete everything", ButtonStyle.danger, Use.TAKE_BACK),
    "mine": Look("My edits", _GREY, Use.LOOK, once=False),
    "all": Look("Everyone's", _GREY, Use.LOOK, once=False),
    "tree": Look("Family", _GREY, Use.LOOK, once=False),
    "providers": Look("Providers", _GREY, Use.LOOK, once=False),
    "changes": Look("Log", _GREY, Use.ADMIN, once=False),
    "blocked": Look("Blocked members", _GREY, Use.ADMIN, once=False),
    "server": Look("Settings", _GREY, Use.ADMIN, once=False),
    "limits": Look("Limits", _GREY, Use.ADMIN, once=False),
    "words": Look("Blocked words", _GREY, Use.ADMIN, once=False),
    "pause": Look("Pause new edits", ButtonStyle.danger, Use.ADMIN, once=False),
    "resume": Look("Take edits again", ButtonStyle.success, Use.ADMIN, once=False),
}


class TaskButton(SafeButton, template=r"(?P<verb>[a-z]+):(?P<task_id>[0-9A-Za-z_-]{1,60})"):
    """One verb for one task."""

    def __init__(self, verb: str, task_id: str, label: str = "") -> None:
        self.verb = verb
        self.task_id = task_id
        # An older version's button is drawn as it was, and then nobody does it.
        self._look = LOOKS.get(verb, Look(verb.title(), _GREY, Use.TAKE_BACK))
        self.use = self._look.use
        super().__init__(
            ui.Button(
                style=self._look.style,
                label=label or self._look.label,
                custom_id=f"{verb}:{task_id}",
            )
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
        if not self._look.once:
            await press(interaction, self.task_id)
            return
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


def pager(
    verb: str, number: int, pages: int, labels: tuple[str, str] = ("Newer", "Older")
) -> ui.ActionRow[Any]:
    """The way to the pages before and after this one; empty where there is only one."""
    buttons: ui.ActionRow[Any] = ui.ActionRow()
    if number > 1:
        buttons.add_item(TaskButton(verb, str(number - 1), labels[0]))
    if number < pages:
        buttons.add_item(TaskButton(verb, str(number + 1), labels[1]))
    return buttons
