"""`sync`: send the commands to Discord, changed or not."""

from bot.cli.beside import app_beside
from bot.cli.call import GOOD, Call
from bot.cli.terminal import say


async def sync(call: Call) -> int:
    """Say what Discord has now."""
    from bot.delivery.serve import sync_now

    async with app_beside(call.settings) as app:
        for place in await sync_now(app):
            where = f"server {place.guild_id}" if place.guild_id else "every server"
            names = ", ".join(f"/{name}" for name in sorted(place.names))
            say(f"{len(place.names)} commands for {where}: {names}")
    return GOOD
