"""The files that go into a message, each brought under the limit by the picture worker."""

import asyncio
from pathlib import Path

from bot.imaging.ladder import Encoded, encode_for_post
from bot.services.cards import PostFile, TaskView
from bot.services.ports import Pictures

MESSAGE_BYTES_MAX = 24 * 1024 * 1024
RUNGS_MAX = 8


class Posting:
    """Prepares a task's pictures for its card."""

    def __init__(self, pictures: Pictures, work: Path) -> None:
        self._pictures = pictures
        self._work = work

    async def files(self, view: TaskView, limit_bytes: int, rung: int = 0) -> list[PostFile]:
        """The pictures of a finished task: each under `limit_bytes`, all together under 24 MiB."""
        shown = sum(result.path is not None for result in view.results)
        if not shown:
            return []
        limit_bytes = min(limit_bytes, MESSAGE_BYTES_MAX // shown)
        folder = self._work / f"post-{view.task.id}"
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        return [
            await self._file(result.n, result.path, folder, limit_bytes, rung)
            for result in view.results
            if result.path is not None
        ]

    async def _file(
        self, n: int, stored: Path, folder: Path, limit_bytes: int, rung: int
    ) -> PostFile:
        encoded: Encoded = await self._pictures.short(
            encode_for_post, stored, folder, limit_bytes, rung
        )
        name = f"result-{n}{encoded.path.suffix}"
        return PostFile(n, encoded.path, name, encoded.bytes, encoded.lossy)
