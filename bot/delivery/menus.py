"""Select menus about one task: `pick/<what>:<about>`, drawn by renderers, done by cogs.

Like the buttons, they say all that they are about, so that they work after a restart.
"""

import re
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Protocol, Self, cast

from discord import SelectOption, ui
from discord.ui.select import BaseSelect

from bot.delivery.entrance import AnyInteraction
from bot.delivery.reply import SafeSelect
from bot.delivery.selects import OPTION_CHARS_MAX, PICKED_MAX, Option
from bot.errors import TaskGone
from bot.services.access import Use

Picked = Callable[[AnyInteraction, str, list[str]], Awaitable[None]]

# What each menu asks of the member; one that is not here does not exist.
PICKS: Mapping[str, Use] = {
    "more": Use.LOOK,
    "which": Use.LOOK,
    "member": Use.LOOK,
    "feather": Use.EDIT,
    "cells": Use.EDIT,
    "zoom": Use.EDIT,
}


class Menus(Protocol):
    """The part of the bot that knows what each menu does."""

    menus: Mapping[str, Picked]


class TaskMenu(SafeSelect, template=r"pick/(?P<what>[a-z]+):(?P<about>[0-9A-Za-z_-]{1,60})"):
    """One menu about one task."""

    def __init__(self, select: BaseSelect[Any]) -> None:
        super().__init__(select)
        self._what, _, self._about = select.custom_id.partition("/")[2].partition(":")
        # An older version's menu asks the most, and then nobody does it.
        self.use = PICKS.get(self._what, Use.ADMIN)

    @classmethod
    async def from_custom_id(
        cls, interaction: AnyInteraction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Come back to life from a choice, also after a restart."""
        return cls(cast("BaseSelect[Any]", item))

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Hand it to the cog that owns the menu."""
        done = cast("Menus", interaction.client).menus.get(self._what)
        if done is None:
            raise TaskGone(log=f"no cog does the menu {self._what}")
        await done(interaction, self._about, values)


def menu(
    what: str,
    about: str,
    options: Sequence[Option],
    hint: str,
    *,
    most: int = 1,
    chosen: Collection[str] = (),
) -> ui.ActionRow[Any]:
    """A menu of texts; with `most` above 1, any number up to that, none included."""
    select = ui.Select[Any](
        custom_id=f"pick/{what}:{about}",
        placeholder=hint,
        min_values=1 if most == 1 else 0,
        max_values=min(most, len(options)),
        options=[
            SelectOption(
                label=option.label[:OPTION_CHARS_MAX],
                value=option.value,
                description=option.about[:OPTION_CHARS_MAX] or None,
                default=option.value in chosen,
            )
            for option in options[:PICKED_MAX]
        ],
    )
    row: ui.ActionRow[Any] = ui.ActionRow()
    return row.add_item(TaskMenu(select))
