"""The files that go into a message, each brought under the limit by the picture worker."""

import asyncio
from pathlib import Path

from bot.imaging.ladder import Encoded, copy_name, encode_for_post
from bot.services.cards import PostFile, TaskView
from bot.services.ports import Pictures

MESSAGE_BYTES_MAX = 24 * 1024 * 1024
# What every server takes.
UPLOAD_BYTES = 10 * 1024 * 1024


def copy_over_bytes(count: int) -> int:
    """A result of so many that is larger gets a copy to post when it is made."""
    return min(UPLOAD_BYTES, MESSAGE_BYTES_MAX // count)


async def keep_copy(work: Path, task_id: str, stored_stem: str, copy: Path) -> None:
    """Put a copy where `Posting` will look for it."""
    target = _folder(work, task_id) / copy_name(stored_stem, 1, copy.suffix)
    await asyncio.to_thread(_move, copy, target)


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
        folder = _folder(self._work, view.task.id)
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


def _folder(work: Path, task_id: str) -> Path:
    return work / f"post-{task_id}"


def _move(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
