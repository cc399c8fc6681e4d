"""Ending asyncio tasks for sure."""

import asyncio
from collections.abc import Collection
from typing import Any

ASK_AGAIN_S = 1.0


async def end(tasks: Collection[asyncio.Task[Any]]) -> None:
    """Cancel and wait; asked again, since Python 3.11's `wait_for` can swallow a cancel."""
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=ASK_AGAIN_S)
