"""Whether Discord's events reach the bot."""

from typing import TYPE_CHECKING

from bot.services.health import Part

if TYPE_CHECKING:
    from bot.delivery.client import InpaintBot


def gateway_part(bot: "InpaintBot") -> Part:
    """Logged in, ready, and every connection open; discord.py opens lost ones again by itself."""
    if bot.is_closed():
        return Part(False, "logged out")
    if not bot.is_ready():
        return Part(False, "not ready yet")
    away = [str(number) for number, shard in bot.shards.items() if shard.is_closed()]
    if away:
        return Part(False, f"connecting again: shard {', '.join(away)}")
    servers = len(bot.guilds)
    return Part(True, "1 server" if servers == 1 else f"{servers} servers")
