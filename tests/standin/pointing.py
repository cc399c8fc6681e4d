"""Points discord.py at the stand-in, and shortens its waits: neither is a setting."""

import asyncio

import discord
import yarl
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.delivery import gateway
from tests.standin.rest import API, GATEWAY

IDENTIFY_GAP_S = 5.0  # what discord.py waits before it logs in anew


def point_at(base_url: str) -> None:
    """Send everything that discord.py does from now on in this process to the stand-in."""
    Route.BASE = base_url + API
    # `/gateway/bot` says it too, but discord.py asks only once.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base_url.replace("http", "ws", 1) + GATEWAY)


def hurry(factor: float) -> None:
    """Divide what the bot waits before it connects or logs in again, and the longest wait, too."""
    delay = ExponentialBackoff.delay

    def shorter(self: ExponentialBackoff[bool]) -> float:
        return delay(self) / factor

    async def before_identify(
        self: discord.Client, shard_id: int | None, *, initial: bool = False
    ) -> None:
        if not initial:
            await asyncio.sleep(IDENTIFY_GAP_S / factor)

    gateway.RECONNECT_S_MAX /= factor
    ExponentialBackoff.delay = shorter  # type: ignore[method-assign]
    discord.Client.before_identify_hook = before_identify  # type: ignore[method-assign]
