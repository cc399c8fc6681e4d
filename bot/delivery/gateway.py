"""Whether Discord's events reach the bot."""

import logging
from collections.abc import Generator
from contextlib import contextmanager
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any

import discord.shard
from discord.backoff import ExponentialBackoff
from discord.ext import commands
from discord.gateway import ReconnectWebSocket

from bot.delivery.faults import brief, is_discords
from bot.services.health import Part
from bot.services.ports import Clock

if TYPE_CHECKING:
    from bot.delivery.client import InpaintBot

RECONNECT_S_MAX = 30.0
RESUMES_MAX = 8  # some minutes; by then Discord has let go of the session
# Before these discord.py waits 5 s by itself.
LAUNCH_PAUSES_S = (0.0, 5.0, 15.0)
LAUNCH_PAUSE_S_MAX = RECONNECT_S_MAX - 5.0


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


class _NotLaunchedError(Exception):
    """A first attempt to connect has failed, and discord.py is about to try again."""


class LaunchingBot(commands.AutoShardedBot):
    """Makes its first connections in a loop.

    discord.py's `launch_shard` calls itself after each failure, until the stack is full.
    """

    def __init__(self, *args: Any, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._clock = clock
        self._is_launching = False

    async def launch_shard(self, gateway: Any, shard_id: int, *, initial: bool = False) -> None:
        """Connect one, however often that fails."""
        if self._is_launching:
            raise _NotLaunchedError  # to the loop below, from the call that follows a failure
        for pause_s in chain(LAUNCH_PAUSES_S, repeat(LAUNCH_PAUSE_S_MAX)):
            self._is_launching = True
            try:
                return await super().launch_shard(gateway, shard_id, initial=initial)
            except _NotLaunchedError:
                pass
            finally:
                self._is_launching = False
            await self._clock.sleep(pause_s)
        raise AssertionError("the pauses never end")


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


@contextmanager
def coming_back_soon() -> Generator[None]:
    """Let connections that are made in the block try again soon, where they were, on one line."""
    theirs, shard_log = discord.shard.Shard, logging.getLogger(discord.shard.__name__)
    discord.shard.Shard = Shard
    shard_log.addFilter(_ON_ONE_LINE)
    try:
        yield
    finally:
        discord.shard.Shard = theirs
        shard_log.removeFilter(_ON_ONE_LINE)


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
