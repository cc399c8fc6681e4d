"""Forms whose answer outlives a restart.

discord.py keeps an open form in memory only, so that one sent after a restart would get no answer.
Here its `custom_id` says all that is needed, and what was filled in is read from the interaction.
"""

import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

from discord import Attachment, TextStyle, ui

from bot.delivery.entrance import AnyInteraction, admit
from bot.delivery.reply import answering
from bot.errors import TaskGone
from bot.services.access import Use

CUSTOM_ID = re.compile(r"form:(?P<kind>[a-z]+)(?::(?P<about>[0-9A-Za-z_-]{1,60}))?")
# What a form that was sent is about comes along as one more value.
ABOUT = "about"

Sent = Callable[[AnyInteraction, Mapping[str, str]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Field:
    """One text to fill in; `name` is what its value is called."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    length_max: int = 100
    long: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """What a kind of form does when it is sent, and what that asks of the member."""

    use: Use
    sent: Sent


class Forms(Protocol):
    """The part of the bot that knows what each kind of form does."""

    forms: Mapping[str, Form]


def modal(kind: str, title: str, fields: Sequence[Field], about: str = "") -> ui.Modal:
    """A form to open; `about` is a task's id or one of its results."""
    opened = ui.Modal(title=title, custom_id=f"form:{kind}:{about}" if about else f"form:{kind}")
    for field in fields:
        opened.add_item(
            ui.Label(text=field.label, description=field.hint or None, component=_text(field))
        )
    return opened


async def submitted(interaction: AnyInteraction) -> None:
    """Do what a form that was sent is for; other interactions are not ours."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    match = CUSTOM_ID.fullmatch(str(data.get("custom_id", "")))
    if match is None:
        return
    form = cast("Forms", interaction.client).forms.get(match["kind"])
    async with answering(interaction, form.use if form else Use.LOOK):
        if form is None:
            raise TaskGone(log=f"no cog takes the form {match['kind']}")
        await admit(interaction, form.use)
        values = dict(_values(data.get("components", ())))
        await form.sent(interaction, {**values, ABOUT: match["about"] or ""})


def uploads(interaction: AnyInteraction, ids: str) -> list[Attachment]:
    """The files of a form's upload, whose value is their ids."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    resolved = data.get("resolved", {}).get("attachments", {})
    return [attachment(interaction, resolved[each]) for each in ids.split(",") if each in resolved]


def attachment(interaction: AnyInteraction, data: Mapping[str, Any]) -> Attachment:
    """A file as Discord tells of it, ready to be downloaded."""
    state = interaction.client._connection  # pyright: ignore[reportPrivateUsage]
    return Attachment(data=cast("Any", data), state=state)


def _text(field: Field) -> ui.TextInput[Any]:
    return ui.TextInput(
        custom_id=field.name,
        style=TextStyle.long if field.long else TextStyle.short,
        default=field.value or None,
        required=False,
        max_length=field.length_max,
    )


def _values(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for component in components:
        inner = component.get("component")
        yield from _values(component.get("components", [inner] if inner else []))
        if "value" in component:
            yield str(component["custom_id"]), str(component["value"] or "")
        elif "values" in component:
            yield str(component["custom_id"]), ",".join(map(str, component["values"]))
