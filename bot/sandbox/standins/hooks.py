"""Calls from a stand-in to whoever asked to be called, as its service makes them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import ClientError, ClientSession

log = logging.getLogger(__name__)


@dataclass
class Hooks:
    """Calls that are on their way; `answers` are the statuses that came back."""

    answers: list[int] = field(default_factory=list[int])
    _calls: set[asyncio.Task[None]] = field(default_factory=set[asyncio.Task[None]])

    def call(
        self,
        session: ClientSession | None,
        url: object,
        after_s: float,
        tell: Callable[[], Awaitable[Any]],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """POST what `tell` gives, so many seconds from now; nothing where no address was named."""
        if session is None or not isinstance(url, str) or not url:
            return
        call = asyncio.create_task(self._post(session, url, after_s, tell, headers or {}))
        self._calls.add(call)
        call.add_done_callback(self._calls.discard)

    async def close(self) -> None:
        """Let go of calls that were not made yet."""
        calls = list(self._calls)
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)

    async def _post(
        self,
        session: ClientSession,
        url: str,
        after_s: float,
        tell: Callable[[], Awaitable[Any]],
        headers: Mapping[str, str],
    ) -> None:
        await asyncio.sleep(after_s)
        try:
            async with session.post(url, json=await tell(), headers=headers) as response:
                self.answers.append(response.status)
        except (ClientError, TimeoutError) as error:
            log.info("a webhook was not taken: %s", type(error).__name__)
