"""The message about wrong books is made once, also where Discord's receipt for it was lost."""

import pytest
from simcord.builders import ChannelHandle
from sqlalchemy import text

from tests.cogs.world import SIMCORD, World
from tests.rest import proof
from tests.rest.errands import HISTORY, POST
from tests.rest.faults import RESET, RESET_AFTER, Fault, down
from tests.rest.wire import NONCE_S, Wire

pytestmark = SIMCORD
TRIES = 5  # that discord.py makes of one request


async def wrong_books(world: World) -> ChannelHandle:
    """A purse that does not add up, and a channel that is to be told."""
    channel = world.guild.create_text_channel("reports")
    await world.env.settle()
    guilds = world.app.desk.guilds
    await guilds.change(world.guild.id, world.bob.id, report_channel=channel.id)
    await world.alice.slash(world.channel, "credits balance")
    async with world.app.db.write() as session:
        await session.execute(text("UPDATE accounts SET available = 1 WHERE code LIKE 'user:%'"))
    return channel


async def audited(world: World) -> None:
    """Look at the books, and give the alarm time to tell."""
    await world.app.watch.audit.once()
    await proof.passing(world, 60)


@pytest.mark.parametrize(
    ("lost", "times", "made", "restarts"),
    [
        (down(502, took_effect=True), TRIES, 1, True),
        (RESET_AFTER, 1, 1, False),
        (RESET, 1, 0, False),
    ],
    ids=["502 and a start", "receipt", "request"],
)
async def test_wrong_books_are_told_once_whatever_became_of_the_receipt(
    world: World, wire: Wire, lost: Fault, times: int, made: int, restarts: bool
) -> None:
    channel = await wrong_books(world)
    wire.plan(POST, lost, times)
    await audited(world)
    assert len(world.cards(channel)) == made
    await world.later(NONCE_S + 60)
    if restarts:
        await world.restart()
    await audited(world)
    assert len(world.cards(channel)) == 1
    asked = wire.count(POST), wire.count(HISTORY)
    await audited(world)
    assert (wire.count(POST), wire.count(HISTORY)) == asked
