"""Whether Discord's events reach the bot."""

import logging
from typing import TYPE_CHECKING, Any

import discord.shard
from discord.backoff import ExponentialBackoff
from discord.gateway import ReconnectWebSocket

from bot.delivery.faults import brief, is_discords
from bot.services.health import Part

if TYPE_CHECKING:
    from bot.delivery.client import InpaintBot

RECONNECT_S_MAX = 30.0
RESUMES_MAX = 8  # some minutes; by then Discord has let go of the session


class Backoff(ExponentialBackoff[bool]):
    """discord.py's own would wait up to 17 minutes more after an outage of 20."""

    def delay(self) -> float:
        """Seconds until the next attempt to connect."""
        return min(RECONNECT_S_MAX, super().delay())


class Shard(discord.shard.Shard):
    """A connection that asks for its session again, as the client without shards does.

    discord.py's would log in anew after one attempt that failed, and miss what happened meanwhile.
    """

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._backoff = Backoff()
        self._resumes = 0

    def launch(self) -> None:
        """Begin to listen, once a connection was made."""
        self._resumes = 0
        super().launch()

    async def reconnect(self) -> None:
        """Try once more."""
        self._resumes += 1
        if self.ws.session_id is None or self._resumes > RESUMES_MAX:
            await super().reconnect()
        else:
            await self.reidentify(ReconnectWebSocket(self.id))


class OnOneLine(logging.Filter):
    """discord.py tells of each lost connection with a traceback, which shows nobody anything."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Put the error behind the message; what is no lost connection keeps its traceback."""
        error = record.exc_info[1] if record.exc_info else None
        if error and (is_discords(error) or isinstance(error, discord.ConnectionClosed)):
            record.msg, record.args = f"{record.getMessage()} ({brief(error)})", ()
            record.exc_info = None
        return True


_ON_ONE_LINE = OnOneLine()


def come_back_soon() -> None:
    """Let connections that are made from now on try again soon, where they were, on one line."""
    discord.shard.Shard = Shard
    logging.getLogger(discord.shard.__name__).addFilter(_ON_ONE_LINE)


def gateway_part(bot: "InpaintBot | None") -> Part:
    """Logged in, ready, and every connection open; discord.py opens lost ones again by itself."""
    if bot is None:
        return Part(False, "not logged in")
    if bot.is_closed():
        return Part(False, "logged out")
    if not bot.is_ready():
        return Part(False, "not ready yet")
    away = [str(number) for number, shard in bot.shards.items() if shard.is_closed()]
    if away:
        return Part(False, f"connecting again: shard {', '.join(away)}")
    servers = len(bot.guilds)
    return Part(True, "1 server" if servers == 1 else f"{servers} servers")
