"""Whether Discord's events reach the bot."""

from typing import TYPE_CHECKING

import discord.shard
from discord.backoff import ExponentialBackoff

from bot.services.health import Part

if TYPE_CHECKING:
    from bot.delivery.client import InpaintBot

RECONNECT_S_MAX = 30.0


class Backoff(ExponentialBackoff[bool]):
    """discord.py's own would wait up to 17 minutes more after an outage of 20."""

    def delay(self) -> float:
        """Seconds until the next attempt to connect."""
        return min(RECONNECT_S_MAX, super().delay())


def come_back_soon() -> None:
    """Let connections that are made from now on try again at least every half minute."""
    discord.shard.ExponentialBackoff = Backoff  # pyright: ignore[reportPrivateImportUsage]


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
