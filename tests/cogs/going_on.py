"""The entrances that go on from a finished edit: its button, its menus and their forms."""

from collections.abc import Mapping
from typing import Any

from PIL import ImageDraw
from simcord.results import InteractionResult

from bot.services.access import Use
from tests import assets
from tests.cogs.entering import Entrance, Things, button, command, ids_of, typing
from tests.cogs.staff import said
from tests.cogs.world import World


def pick(on: str, what: str, use: Use, *values: str, writes: bool = False) -> Entrance:
    async def act(things: Things, message: Any) -> str:
        (found,) = [each for each in ids_of(message) if each.startswith(f"pick/{what}:")][:1]
        return said(await things.alice.select(message, list(values), custom_id=found))

    return Entrance(use, act, on, writes)


def sent(kind: str, **values: str) -> Entrance:
    async def act(things: Things, _message: Any) -> str:
        return said(await things.alice.submit_modal(things.forms[kind], values))

    return Entrance(Use.EDIT, act, writes=True)


def _member() -> Entrance:
    async def act(things: Things, message: Any) -> str:
        found = f"pick/member:{things.done_id}"
        return said(await things.alice.select(message, [things.done_id], custom_id=found))

    return Entrance(Use.LOOK, act, "family")


GOING_ON: Mapping[str, Entrance] = {
    "button edit": button("card", "edit", Use.EDIT),
    "pick more": pick("card", "more", Use.LOOK, "info"),
    "pick which": pick("several", "which", Use.LOOK, "2"),
    "command task tree": command("task tree", Use.LOOK, {"task": lambda things: things.done_id}),
    "typing task tree task": typing("task tree", "task", Use.LOOK),
    "button tree": button("family of details", "tree", Use.LOOK),
    "pick member": _member(),
    "button grow": button("draft", "grow", Use.EDIT, writes=True),
    "button shrink": button("draft", "shrink", Use.EDIT, writes=True),
    "button outline": button("outlined draft", "outline", Use.EDIT, writes=True),
    "button prompt": button("draft", "prompt", Use.EDIT),
    "button cells": button("draft", "cells", Use.EDIT),
    "pick feather": pick("draft", "feather", Use.EDIT, "16", writes=True),
    "pick cells": pick("cells", "cells", Use.EDIT, "B2", writes=True),
    "pick zoom": pick("cells", "zoom", Use.EDIT, "B2"),
    "form prompt": sent("prompt", prompt="a boat instead"),
    "form edit": sent("edit", prompt="a boat again"),
    "form same": sent("same", prompt="another boat"),
    "form paint": sent("paint", prompt="a boat elsewhere"),
    "form expand": sent("expand", where="left 25%", prompt="a boat there"),
}


async def drafted(world: World, draft: Any) -> dict[str, Any]:
    """The grid of a draft, and a draft of a painted outline, which asks in some doubt."""
    cells = await world.alice.click(draft, label="Cells")
    copy = assets.photo(192, 128)
    picture = ("photo.png", assets.encoded(copy, "PNG"))
    ImageDraw.Draw(copy).ellipse((40, 30, 130, 100), outline=(255, 0, 200), width=8)
    painted = ("painted.png", assets.encoded(copy, "PNG"))
    await ask_first(world, True)
    outlined = await world.inpaint(image=picture, mask=painted)
    await ask_first(world, False)
    return {"cells": cells.response, "outlined draft": outlined.response}


async def ask_first(world: World, wanted: bool) -> None:
    """Alice's preference."""
    await world.app.desk.members.prefer(world.alice.id, ask_first=wanted)


async def going_on(world: World, done_id: str, imagined: Any) -> dict[str, Any]:
    """The question which of two results is meant; a family, and the details of one of it."""
    asked = await _more(world, imagined, "original")
    family = await world.alice.slash(world.channel, "task tree", task=done_id)
    details = await world.alice.slash(world.channel, "task show", task=done_id)
    return {
        "several": asked.response,
        "family": family.response,
        "family of details": details.response,
    }


async def forms_of(world: World, card: Any, draft: Any) -> dict[str, InteractionResult]:
    """The forms of a card."""
    task_id = next(each for each in ids_of(card) if each.startswith("edit:"))
    edit = await world.alice.click(card, custom_id=task_id)
    prompt = await world.alice.click(draft, label="Prompt")
    return {"edit": edit, "prompt": prompt} | {
        each: await _more(world, card, each) for each in ("same", "paint", "expand")
    }


async def _more(world: World, card: Any, action: str) -> InteractionResult:
    menu = next(each for each in ids_of(card) if each.startswith("pick/more:"))
    return await world.alice.select(card, [action], custom_id=menu)
