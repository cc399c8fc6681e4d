"""Pauses as the breaker would write them."""

from datetime import timedelta

from bot.services import pauses
from bot.services.pauses import Pause, Why
from tests.cogs.world import World


async def pause(world: World, *slugs: str, why: Why = Why.FAULTS) -> None:
    """Pause these for a minute."""
    now = world.clock.now()
    async with world.app.db.write() as session:
        for slug in slugs:
            until = now + timedelta(minutes=1)
            await pauses.put(session, Pause(slug, why, now, until, 0, "unavailable"))


async def resume(world: World, *slugs: str) -> None:
    """Lift those pauses."""
    async with world.app.db.write() as session:
        for slug in slugs:
            await pauses.lift(session, slug, Why.FAULTS)
