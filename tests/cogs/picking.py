"""The entrances to a picture that is in the channel already."""

from collections.abc import Mapping
from typing import Any

from simcord.results import InteractionResult

from bot.services.access import Use
from tests.cogs.entering import Entrance, Things, button, menu
from tests.cogs.staff import said
from tests.cogs.world import MASK, PHOTO, World, text_of

EDIT, ERASE = "Edit this picture", "Erase from this picture"


def right_click(name: str) -> Entrance:
    async def act(things: Things, message: Any) -> str:
        return said(await things.alice.context_menu(things.world.channel, name, message))

    return Entrance(Use.EDIT, act, "picture message")


def _form() -> Entrance:
    async def act(things: Things, _message: Any) -> str:
        values = {"prompt": "a red boat", "way": "file", "mask": MASK}
        return said(await things.alice.submit_modal(things.forms["pick"], values))

    return Entrance(Use.EDIT, act, writes=True)


def line_of(picker: Any, n: int = 1) -> str:
    """The value of a picker's line."""
    raw = [each if isinstance(each, dict) else each.to_dict() for each in picker.components]
    (menu_row,) = [each for each in raw if each["type"] == 1]
    return str(menu_row["components"][0]["options"][n - 1]["value"])


def _reply() -> Entrance:
    async def act(things: Things, message: Any) -> str:
        world = things.world
        assert world.env.bot.user is not None
        before = len(world.cards())
        text = f"<@{world.env.bot.user.id}> a red boat"
        await things.alice.send(world.channel, text, reply_to=message)
        await world.until(lambda: len(world.cards()) > before)
        return text_of(world.cards()[-1])

    return Entrance(Use.EDIT, act, "card", writes=True)


PICKING: Mapping[str, Entrance] = {
    f"message {EDIT}": right_click(EDIT),
    f"message {ERASE}": right_click(ERASE),
    "menu picture": menu(
        "picker", "picture", Use.EDIT, lambda things: [line_of(things.messages["picker"])]
    ),
    "form pick": _form(),
    "button change": button("asked", "change", Use.EDIT),
    "reply": _reply(),
}


async def pictures(world: World) -> tuple[dict[str, Any], dict[str, InteractionResult]]:
    """A message with a picture, the picker of one with two, and a form that is open."""
    message = await world.bob.send(world.channel, attachments=[PHOTO])
    two = await world.bob.send(world.channel, attachments=[PHOTO, PHOTO])
    picker = await world.alice.context_menu(world.channel, EDIT, two)
    opened = await world.alice.context_menu(world.channel, EDIT, message)
    return {"picture message": message, "picker": picker.response}, {"pick": opened}


async def asked(world: World, card: Any) -> Any:
    """What a reply to a card gets."""
    before = len(world.cards())
    text = f"<@{world.bot.user.id if world.bot.user else 0}> a paper boat"
    await world.alice.send(world.channel, text, reply_to=card)
    await world.until(lambda: len(world.cards()) > before)
    return world.cards()[-1]
