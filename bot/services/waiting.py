"""Waiting for a sign or for a time, whichever comes first, as cheaply as asyncio can."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def rung(bell: asyncio.Event, sleep: Coroutine[Any, Any, None]) -> None:
    """Until the bell rings or the sleep is over; the bell is silent again afterwards.

    One asyncio task beside the waiting one, where `asyncio.wait` would take three: what waits is
    most of what the bot holds in memory.
    """
    sleeper = asyncio.ensure_future(sleep)
    sleeper.add_done_callback(wake := (lambda _: bell.set()))
    try:
        await bell.wait()
    finally:
        sleeper.remove_done_callback(wake)
        sleeper.cancel()
        bell.clear()
