"""The painting page's server beside tests that drive a browser and know no event loop."""

import asyncio
import threading
from pathlib import Path
from typing import Any

from bot.domain import Task, TaskState
from tests.services.engine import until, working
from tests.web.paint_server import PaintServer, paint_server


class Served:
    """The page's server on a loop in a thread of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="page-server")
        self._stop = asyncio.Event()
        self.server: PaintServer

    def __enter__(self) -> "Served":
        self._thread.start()
        ready = threading.Event()
        self._serving = asyncio.run_coroutine_threadsafe(self._serve(ready), self._loop)
        while not ready.wait(0.05):
            if self._serving.done():
                self._serving.result()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._serving.result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _serve(self, ready: threading.Event) -> None:
        async with (
            paint_server(self._folder, first_grant_credits=10_000) as self.server,
            working(self.server.app),
        ):
            ready.set()
            await self._stop.wait()

    def draft(self, size: tuple[int, int] = (640, 480), **changes: Any) -> Task:
        made = self.server.draft(size, **changes)
        return asyncio.run_coroutine_threadsafe(made, self._loop).result(30)

    def ended(self, task: Task) -> Task:
        waiting = until(self.server.app, task.id, TaskState.DONE)
        return asyncio.run_coroutine_threadsafe(waiting, self._loop).result(30)

    def url(self, task: Task) -> str:
        return self.server.url(task)
