"""A safety check is off only where the channel is marked as age-restricted, and while it is."""

from dataclasses import replace

from discord import TextChannel
from PIL import ImageChops
from simcord.builders import ChannelHandle

from bot.domain import TaskState
from bot.providers.base import Param
from tests import assets
from tests.cogs.world import SIMCORD, World, text_of

pytestmark = SIMCORD

S = TaskState
OFF = "safety_checker=no"
REFUSED = "only be switched off in a channel that is marked as age-restricted"
INVERTED = ("mask.png", assets.encoded(ImageChops.invert(assets.mask(96, 64)), "PNG"))


async def guarded(world: World) -> ChannelHandle:
    """Let the provider have a safety check; a channel to mark."""
    spec = world.provider.spec
    param = Param("safety_checker", bool, True, is_safety=True)
    ops = {name: replace(op, params=(*op.params, param)) for name, op in spec.ops.items()}
    world.provider.spec = replace(spec, ops=ops)
    made = world.guild.create_text_channel("grown-ups")
    await world.env.settle()
    mark(world, made, is_restricted=True)
    return made


def mark(world: World, made: ChannelHandle, *, is_restricted: bool) -> None:
    """As Discord tells the bot of the channel's mark; SimCord's channels have none."""
    channel = world.bot.get_channel(made.id)
    assert isinstance(channel, TextChannel)
    channel.nsfw = is_restricted


async def test_only_an_age_restricted_channel_lets_it_be_switched_off(world: World) -> None:
    marked = await guarded(world)
    for extra in (OFF, "safety_checker=0", "Safety_Checker=False"):
        assert REFUSED in text_of((await world.inpaint(extra=extra)).response)
    said = await world.alice.slash(world.channel, "imagine", prompt="a boat", extra=OFF)
    assert REFUSED in text_of(said.response)
    assert await world.tasks() == []
    await world.inpaint(channel=marked, extra=OFF)
    assert (await world.in_state(S.DONE)).options["extra"] == {"safety_checker": "no"}


async def test_the_mark_is_asked_for_again_at_go_and_again(world: World) -> None:
    marked = await guarded(world)
    draft = await world.inpaint(channel=marked, extra=OFF, mask=INVERTED)
    await world.inpaint(channel=marked, extra=OFF)
    await world.in_state(S.DONE)
    mark(world, marked, is_restricted=False)
    refused = await world.alice.click(draft.response, label="Go")
    assert REFUSED in text_of(refused.followups[0])
    (card,) = (each for each in world.cards(marked) if each.components)
    again = await world.alice.click(card, label="Again")
    assert REFUSED in text_of(again.response)
    assert [task.state for task in await world.tasks()] == [S.DRAFT, S.DONE]
