"""A bot that is run for other servers says so, to every command, and does nothing."""

import pytest

from tests.cogs.world import SIMCORD, World, text_of

pytestmark = SIMCORD


@pytest.mark.parametrize("listed", [True, False])
async def test_a_server_outside_the_list_gets_one_sentence(world: World, listed: bool) -> None:
    await world.restart(guilds=(world.guild.id,) if listed else (1,))
    await world.inpaint()
    assert len(await world.tasks()) == listed
    refused = "not switched on for this server" in text_of(world.answer())
    assert refused != listed


async def test_autocomplete_in_such_a_server_offers_nothing(world: World) -> None:
    assert await world.alice.autocomplete(world.channel, "inpaint", "provider", "")
    await world.restart(guilds=(1,))
    assert await world.alice.autocomplete(world.channel, "inpaint", "provider", "") == []
