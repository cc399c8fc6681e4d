"""Select menus of the pages: `choose/<what>`, drawn by renderers, done by cogs."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Self, cast

from discord import ChannelType, SelectDefaultValue, SelectDefaultValueType, SelectOption, ui
from discord.ui.select import BaseSelect

from bot.delivery.entrance import AnyInteraction
from bot.delivery.reply import SafeSelect
from bot.errors import TaskGone
from bot.services.access import Use

PICKED_MAX = 25
OPTION_CHARS_MAX = 100
CHANNEL_TYPES = [
    ChannelType.text,
    ChannelType.news,
    ChannelType.forum,
    ChannelType.voice,
    ChannelType.category,
]
POST_TYPES = [ChannelType.text, ChannelType.news]

Chosen = Callable[[AnyInteraction, list[str]], Awaitable[None]]

# What each menu asks of the member; one that is not here does not exist.
USES: Mapping[str, Use] = {
    "ping": Use.LOOK,
    "askfirst": Use.LOOK,
    "replies": Use.LOOK,
    "favorite": Use.LOOK,
    "ranked": Use.LOOK,
    "topic": Use.LOOK,
    "provider": Use.LOOK,
    "picture": Use.EDIT,
    "providers": Use.ADMIN,
    "default": Use.ADMIN,
    "channels": Use.ADMIN,
    "roles": Use.ADMIN,
    "reports": Use.ADMIN,
}


class Choosers(Protocol):
    """The part of the bot that knows what each menu does."""

    choosers: Mapping[str, Chosen]


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a text menu."""

    value: str
    label: str
    about: str = ""


class Chooser(SafeSelect, template=r"choose/(?P<what>[a-z]+)"):
    """One menu of any type."""

    def __init__(self, select: BaseSelect[Any]) -> None:
        super().__init__(select)
        self._what = select.custom_id.partition("/")[2]
        # An older version's menu asks the most, and then nobody does it.
        self.use = USES.get(self._what, Use.ADMIN)

    @classmethod
    async def from_custom_id(
        cls, interaction: AnyInteraction, item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        """Come back to life from a choice, also after a restart."""
        return cls(cast("BaseSelect[Any]", item))

    async def chosen(self, interaction: AnyInteraction, values: list[str]) -> None:
        """Hand it to the cog that owns the menu."""
        done = cast("Choosers", interaction.client).choosers.get(self._what)
        if done is None:
            raise TaskGone(log=f"no cog does the menu {self._what}")
        await done(interaction, values)


def one_of(what: str, options: Sequence[Option], chosen: str) -> ui.ActionRow[Any]:
    """A menu of texts of which exactly one holds."""
    return _row(ui.Select(custom_id=f"choose/{what}", options=_options(options, {chosen})))


def some_of(
    what: str, options: Sequence[Option], chosen: Sequence[str], hint: str
) -> ui.ActionRow[Any]:
    """A menu of texts of which any number may hold."""
    return _row(
        ui.Select(
            custom_id=f"choose/{what}",
            options=_options(options, set(chosen)),
            placeholder=hint,
            min_values=0,
            max_values=min(PICKED_MAX, len(options)),
        )
    )


def picked_row(what: str, options: Sequence[Option], hint: str) -> ui.ActionRow[Any]:
    """A menu of texts of which nothing holds until one is picked."""
    menu: ui.Select[Any] = ui.Select(
        custom_id=f"choose/{what}", options=_options(options, set()), placeholder=hint
    )
    return _row(menu)


def channels(
    what: str, chosen: Sequence[int], hint: str, *, most: int = PICKED_MAX, posts: bool = False
) -> ui.ActionRow[Any]:
    """A menu of the server's channels; `posts` leaves only those that take messages at once."""
    return _row(
        ui.ChannelSelect(
            custom_id=f"choose/{what}",
            channel_types=POST_TYPES if posts else CHANNEL_TYPES,
            placeholder=hint,
            min_values=0,
            max_values=most,
            default_values=_defaults(chosen, SelectDefaultValueType.channel),
        )
    )


def roles(what: str, chosen: Sequence[int], hint: str) -> ui.ActionRow[Any]:
    """A menu of the server's roles."""
    return _row(
        ui.RoleSelect(
            custom_id=f"choose/{what}",
            placeholder=hint,
            min_values=0,
            max_values=PICKED_MAX,
            default_values=_defaults(chosen, SelectDefaultValueType.role),
        )
    )


def _row(select: BaseSelect[Any]) -> ui.ActionRow[Any]:
    row: ui.ActionRow[Any] = ui.ActionRow()
    return row.add_item(Chooser(select))


def _options(options: Sequence[Option], chosen: set[str]) -> list[SelectOption]:
    return [
        SelectOption(
            label=option.label[:OPTION_CHARS_MAX],
            value=option.value,
            description=option.about[:OPTION_CHARS_MAX] or None,
            default=option.value in chosen,
        )
        for option in options[:PICKED_MAX]
    ]


def _defaults(chosen: Sequence[int], kind: SelectDefaultValueType) -> list[SelectDefaultValue]:
    return [SelectDefaultValue(id=each, type=kind) for each in chosen[:PICKED_MAX]]
