"""Waits at a start for a Discord that is away, so that nobody has to start the bot again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from itertools import chain, repeat
from typing import TypeVar

import discord

from bot.delivery.faults import brief, wait_s
from bot.delivery.origin import came_from_discord
from bot.errors import StartupError
from bot.services.ending import end
from bot.services.ports import Clock

log = logging.getLogger(__name__)
PAUSES_S = (5.0, 10.0, 20.0, 40.0)
PAUSE_S_MAX = 60.0
Given = TypeVar("Given")


async def patiently(attempt: Callable[[], Awaitable[Given]], clock: Clock) -> Given:
    """Try until Discord is there, or refuses for good."""
    for pause_s in chain(PAUSES_S, repeat(PAUSE_S_MAX)):
        try:
            return await attempt()
        except Exception as error:
            cause = cause_of(error)
            if not passes(cause):
                raise
            asked_s = max(pause_s, wait_s(cause))
            log.warning("%s; trying again in %d s", _why(cause), asked_s)
        await clock.sleep(asked_s)
    raise AssertionError("the pauses never end")


async def unless(stop: asyncio.Event, work: Awaitable[Given]) -> Given | None:
    """What the work comes to; None if `stop` was set first, which ends it."""
    working = asyncio.ensure_future(work)
    asked = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
        return working.result() if working.done() else None
    finally:
        # discord.py loses a cancel that comes while an attempt to connect fails.
        await end([asked, working])
        await asyncio.gather(asked, working, return_exceptions=True)


def passes(error: BaseException) -> bool:
    """Whether Discord stumbles, limits or is not there; what it refuses stays refused.

    A bug of ours stays one, even where it looks like a lost connection.
    """
    if isinstance(error, discord.HTTPException):
        return error.status == 429 or error.status >= 500
    return came_from_discord(error)


def cause_of(error: Exception) -> BaseException:
    """What failed below an error that only says where."""
    tells = isinstance(error, StartupError | discord.GatewayNotFound)
    return (tells and error.__cause__) or error


def _why(error: BaseException) -> str:
    is_limit = isinstance(error, discord.RateLimited) or getattr(error, "status", 0) == 429
    what = "Discord asks us to wait" if is_limit else "Discord cannot be reached"
    return f"{what} ({brief(error)})"
