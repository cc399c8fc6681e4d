"""How an entrance is tried: by a command, by typing, a button, a menu or a form."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from simcord.actors import MemberActor
from simcord.builders import ChannelHandle
from simcord.results import InteractionResult

from bot.services.access import Use
from tests.cogs.staff import said
from tests.cogs.world import World


@dataclass(frozen=True)
class Things:
    """What Alice has open in front of her before the rule changes; she may Manage Server."""

    world: World
    alice: MemberActor
    staff_role: Any
    other_channel: ChannelHandle
    messages: Mapping[str, Any]
    forms: Mapping[str, InteractionResult]
    done_id: str


@dataclass(frozen=True)
class Entrance:
    """`on` is what it is on; `writes`: what the member wrote for an edit goes in with it."""

    use: Use
    act: Callable[[Things, Any], Awaitable[str]]
    on: str = ""
    writes: bool = False

    async def enter(self, things: Things, name: str) -> str:
        """Try it; pages are everyone's own, since a choice changes them."""
        return await self.act(things, things.messages.get(name) or things.messages.get(self.on))


def command(
    path: str, use: Use, options: Mapping[str, Callable[[Things], Any]] | None = None
) -> Entrance:
    async def act(things: Things, _message: Any) -> str:
        given = {name: value(things) for name, value in (options or {}).items()}
        if path == "inpaint":
            return said(await things.world.inpaint(things.alice))
        return said(await things.alice.slash(things.world.channel, path, **given))

    return Entrance(use, act, writes=use is Use.EDIT)


def typing(path: str, option: str, use: Use) -> Entrance:
    async def act(things: Things, _message: Any) -> str:
        offered = await things.alice.autocomplete(things.world.channel, path, option, "")
        return ", ".join(choice["name"] for choice in offered) or NOTHING_OFFERED

    return Entrance(use, act)


def button(on: str, verb: str, use: Use, writes: bool = False) -> Entrance:
    async def act(things: Things, message: Any) -> str:
        (found,) = [each for each in ids_of(message) if each.startswith(f"{verb}:")][:1]
        return said(await things.alice.click(message, custom_id=found))

    return Entrance(use, act, on, writes)


def menu(on: str, what: str, use: Use, value: Callable[[Things], list[Any]]) -> Entrance:
    async def act(things: Things, message: Any) -> str:
        chosen = value(things)
        return said(await things.alice.select(message, chosen, custom_id=f"choose/{what}"))

    return Entrance(use, act, on)


def form(kind: str, **values: str) -> Entrance:
    async def act(things: Things, _message: Any) -> str:
        return said(await things.alice.submit_modal(things.forms[kind], values))

    return Entrance(Use.ADMIN, act)


def ids_of(message: Any) -> list[str]:
    """The custom_ids of a message's controls."""
    raw = [part if isinstance(part, dict) else part.to_dict() for part in message.components]
    found: list[str] = []
    while raw:
        part = raw.pop()
        raw += part.get("components", [])
        found += [part["custom_id"]] if part.get("custom_id") else []
    return found


NOTHING_OFFERED = "nothing is offered"
