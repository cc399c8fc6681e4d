"""The entrances that go on from a finished edit: its button, its menus and their forms."""

from collections.abc import Mapping
from typing import Any

from simcord.results import InteractionResult

from bot.services.access import Use
from tests.cogs.entering import Entrance, Things, button, ids_of
from tests.cogs.staff import said
from tests.cogs.world import World


def pick(on: str, what: str, use: Use, *values: str) -> Entrance:
    async def act(things: Things, message: Any) -> str:
        (found,) = [each for each in ids_of(message) if each.startswith(f"pick/{what}:")][:1]
        return said(await things.alice.select(message, list(values), custom_id=found))

    return Entrance(use, act, on)


def sent(kind: str, **values: str) -> Entrance:
    async def act(things: Things, _message: Any) -> str:
        return said(await things.alice.submit_modal(things.forms[kind], values))

    return Entrance(Use.EDIT, act, writes=True)


GOING_ON: Mapping[str, Entrance] = {
    "button edit": button("card", "edit", Use.EDIT),
    "pick more": pick("card", "more", Use.LOOK, "info"),
    "pick which": pick("several", "which", Use.LOOK, "2"),
    "form edit": sent("edit", prompt="a boat again"),
    "form same": sent("same", prompt="another boat"),
    "form expand": sent("expand", where="left 25%", prompt="a boat there"),
}


async def several(world: World, imagined: Any) -> dict[str, Any]:
    """The question which of two results is meant."""
    asked = await _more(world, imagined, "original")
    return {"several": asked.response}


async def forms_of(world: World, card: Any) -> dict[str, InteractionResult]:
    """The forms of a card."""
    task_id = next(each for each in ids_of(card) if each.startswith("edit:"))
    edit = await world.alice.click(card, custom_id=task_id)
    return {"edit": edit} | {each: await _more(world, card, each) for each in ("same", "expand")}


async def _more(world: World, card: Any, action: str) -> InteractionResult:
    menu = next(each for each in ids_of(card) if each.startswith("pick/more:"))
    return await world.alice.select(card, [action], custom_id=menu)
