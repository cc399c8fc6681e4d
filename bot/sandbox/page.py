"""SimCord's page, kept up to date while the bot goes on by itself.

SimCord publishes what a member's own action changed; a card that moves later needs a refresh. A
refresh and an action exclude each other in SimCord, and a press that comes in between would block
the page for good, so both take turns here.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, cast

import simcord

from bot.errors import StartupError
from bot.sandbox.people import People
from bot.sandbox.world import PORT

log = logging.getLogger(__name__)

REFRESH_GAP_S = 0.1
# A little longer than the page waits between two looks.
POLL_S = 0.7
# Every way in which a message appears, changes or goes, ephemeral ones too.
_CHANGES = ("commit_message", "edit_message", "delete_message")


@asynccontextmanager
async def live_page(env: simcord.Env, people: People, port: int) -> AsyncGenerator[simcord.Preview]:
    """Serve the channel on loopback; port 0 takes any free one."""
    async with AsyncExitStack() as stack:
        preview = await _enter(stack, env, people, port)
        fresh = asyncio.create_task(_LivePage(env, preview).keep_fresh())
        try:
            yield preview
        finally:
            fresh.cancel()
            with suppress(asyncio.CancelledError):
                await fresh


async def _enter(
    stack: AsyncExitStack, env: simcord.Env, people: People, port: int
) -> simcord.Preview:
    viewers = [people.admin, people.member]
    why = ""
    # Any other port will do in place of the usual one, but not of one that was asked for.
    for candidate in (port, 0) if port == PORT else (port,):
        preview = env.preview(people.channel, viewers=viewers, layout="channel", port=candidate)
        try:
            return await stack.enter_async_context(preview)
        except simcord.SetupError as error:
            why = str(error)
    sentence = f"The sandbox cannot serve its page on port {port}. Choose another with --port."
    raise StartupError(sentence, log=why)


class _LivePage:
    """Refreshes the page after each change, and lets actions wait for their turn."""

    def __init__(self, env: simcord.Env, preview: simcord.Preview) -> None:
        self._preview = preview
        self._act = preview._action  # pyright: ignore[reportPrivateUsage]
        self._changed = asyncio.Event()
        self._grown = False
        self._turn = asyncio.Lock()
        preview._action = self._action  # pyright: ignore[reportPrivateUsage]
        for name in _CHANGES:
            setattr(env.backend, name, self._told(getattr(env.backend, name)))

    async def keep_fresh(self) -> None:
        """Refresh after every change until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            grown, self._grown = self._grown, False
            await self._refresh()
            if grown:
                await self._follow()
            await asyncio.sleep(REFRESH_GAP_S)

    async def _follow(self) -> None:
        """Scroll to the bot's newest message.

        The page does so by itself only until a picture loads late, but always for a new target.
        """
        for newest in (False, True):
            for page in self._pages():
                page.target_id = self._newest(page) if newest else None
            await self._refresh()
            await asyncio.sleep(POLL_S)

    def _newest(self, page: Any) -> int | None:
        find = self._preview._initial_target  # pyright: ignore[reportPrivateUsage]
        return find(page.viewer, page.channel_id)

    async def _refresh(self) -> None:
        try:
            async with self._turn:
                await self._preview.refresh()
        except (simcord.SetupError, TimeoutError) as error:
            log.debug("page not refreshed: %s", error)
            self._changed.set()

    async def _action(self, context_id: str | None, body: Mapping[str, Any]) -> dict[str, Any]:
        async with self._turn:
            return await self._act(context_id, self._current(context_id, body))

    def _pages(self) -> list[Any]:
        """Pages in browsers; SimCord keeps one more for its own tests."""
        pages = self._preview._pages  # pyright: ignore[reportPrivateUsage]
        return [page for page_id, page in pages.items() if page_id != "python"]

    def _current(self, context_id: str | None, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let a press count although the page was refreshed since it was drawn, as on Discord."""
        for page in self._pages():
            if page.id == context_id and "published_revision" in body:
                return {**body, "published_revision": page.revision}
        return body

    def _told(self, change: Callable[..., Any]) -> Callable[..., Any]:
        def changing(*args: Any, **kwargs: Any) -> Any:
            self._grown |= change.__name__ == "commit_message" or _brings_files(args)
            self._changed.set()
            return change(*args, **kwargs)

        return changing


def _brings_files(args: tuple[Any, ...]) -> bool:
    """An edit's last argument is what it changes: {"attachments": [...], ...}."""
    fields = args[-1]
    return isinstance(fields, dict) and bool(cast("dict[str, Any]", fields).get("attachments"))
