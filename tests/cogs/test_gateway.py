"""Whether the bot knows that Discord's events reach it."""

from bot.delivery.gateway import gateway_part
from bot.services.health import Part
from tests.cogs.world import SIMCORD, World

pytestmark = SIMCORD


async def test_a_connected_bot_is_ready_and_one_whose_connection_closed_is_not(
    world: World,
) -> None:
    assert gateway_part(world.bot) == Part(True, "1 server")
    await world.bot.shards[0].disconnect()
    assert gateway_part(world.bot) == Part(False, "connecting again: shard 0")


async def test_a_restarted_bot_is_ready_again(world: World) -> None:
    await world.bot.shards[0].disconnect()
    await world.restart()
    assert gateway_part(world.bot) == Part(True, "1 server")
