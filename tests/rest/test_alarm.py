"""The message about wrong books is made once, also where Discord's receipt for it was lost."""

import pytest
from discord import ui
from simcord.builders import ChannelHandle
from sqlalchemy import text

from bot.delivery.ledger_alarm import mark_of, render_alarm
from bot.delivery.poster import SEARCHED_MESSAGES_MAX
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


async def test_a_busy_channel_is_told_once_at_the_third_attempt_too(
    world: World, wire: Wire
) -> None:
    """First nothing is made, then only the receipt is lost: the search begins at that one."""
    channel = await wrong_books(world)
    wire.plan(POST, RESET)
    await audited(world)
    for n in range(SEARCHED_MESSAGES_MAX + 1):
        world.env.backend.create_message(channel.id, world.bob.id, f"message {n}")
    await world.later(NONCE_S + 60)
    wire.plan(POST, down(502, took_effect=True), TRIES)
    await audited(world)
    assert len(world.cards(channel)) == 1
    await world.later(NONCE_S + 60)
    await audited(world)
    assert len(world.cards(channel)) == 1


async def test_what_was_told_before_an_update_is_found_by_its_old_words(world: World) -> None:
    channel = await wrong_books(world)
    since, mark = world.clock.now(), "0123456789abcdef"
    poster, place = world.bot.poster, (channel.id, world.guild.id)
    old: ui.LayoutView = ui.LayoutView()
    old.add_item(ui.TextDisplay(f"-# finding {mark}"))
    made = await poster.post(*place, old, "old")
    assert await poster.find(*place, mark, since) == made
    new = await poster.post(*place, render_alarm(["one"]), "new")
    assert await poster.find(*place, mark_of(["one"]), since) == new
