"""Whether the bot knows that Discord's events reach it."""

from bot.delivery.gateway import gateway_part
from bot.services.health import Part
from tests.cogs.world import SIMCORD, World
from tests.web.browsing import browsing

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


async def test_a_bot_at_work_is_ready_in_every_part(world: World) -> None:
    await world.restart(web_port=0)
    app = world.app
    async with app.watched(world.bot), browsing(app) as browser:
        await world.until(lambda: app.watch.pulse.database().is_ok)
        answer = await browser.get("/readyz")
        assert answer.status_code == 200
        assert set(answer.json()["parts"]) == {"discord", "database", "workers", "disk"}
        await world.bot.shards[0].disconnect()
        assert (await browser.get("/readyz")).status_code == 503
        assert (await browser.metrics()).value("inpaint_ready", part="discord") == 0


async def test_a_bot_at_work_measures_its_disk(world: World) -> None:
    await world.until(lambda: world.app.disk.used_bytes > 0)
