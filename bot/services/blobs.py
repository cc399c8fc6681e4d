"""Files by content: on disk under their SHA-256 before any row names them."""

import asyncio
import hashlib
import os
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.engine import Database
from bot.db.models import Blob
from bot.errors import PictureLost
from bot.services.ports import Clock

_CHUNK_BYTES = 1024 * 1024
_blobs = table(Blob)
_SUFFIXES = select(_blobs.c.id, _blobs.c.suffix).where(
    _blobs.c.id.in_(bindparam("ids", expanding=True))
)
_RECORD = insert(_blobs).on_conflict_do_nothing()
FRESH_S = 3600.0


@dataclass(frozen=True, slots=True)
class KeptBlob:
    """A file that is safely on disk; `record` gives it its row."""

    id: str
    suffix: str
    bytes: int
    width_px: int
    height_px: int


class Blobs:
    """One folder; names come from contents only."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self._root = root
        self._clock = clock
        self._files = Lock()

    def path(self, blob_id: str, suffix: str) -> Path:
        """Where a blob lies."""
        return self._root / blob_id[:2] / f"{blob_id}{suffix}"

    async def keep(self, file: Path, width_px: int, height_px: int) -> KeptBlob:
        """Move a file in: hashed, synced and renamed off the event loop."""
        blob_id, size = await asyncio.to_thread(self._keep, file)
        return KeptBlob(blob_id, file.suffix, size, width_px, height_px)

    async def paths(self, db: Database, *blob_ids: str) -> list[Path]:
        """Where these blobs lie, in the order asked; raises PictureLost for one that has no row."""
        async with db.read() as session:
            rows = await session.execute(_SUFFIXES, {"ids": blob_ids})
            found = {row.id: self.path(row.id, row.suffix) for row in rows}
        if missing := set(blob_ids) - found.keys():
            raise PictureLost(log=f"no row for {len(missing)} blobs")
        return [found[blob_id] for blob_id in blob_ids]

    async def record(self, session: AsyncSession, *blobs: KeptBlob) -> None:
        """Write the rows, in the transaction that first names them."""
        now = self._clock.now()
        rows = [
            {
                "id": blob.id,
                "suffix": blob.suffix,
                "bytes": blob.bytes,
                "width_px": blob.width_px,
                "height_px": blob.height_px,
                "created_at": now,
            }
            for blob in blobs
        ]
        if rows:
            await session.execute(_RECORD, rows)

    async def drop(self, blobs: Sequence[tuple[str, str]]) -> int:
        """Delete files (id and suffix) that no row names; those touched a moment ago stay."""
        return await asyncio.to_thread(self._drop, [self.path(*blob) for blob in blobs])

    async def strays(self, known: Collection[str]) -> list[tuple[str, str]]:
        """Files, by id and suffix, whose blob has no row."""
        return await asyncio.to_thread(self._strays, frozenset(known))

    def _drop(self, paths: Sequence[Path]) -> int:
        with self._files:
            stale = [path for path in paths if self._age_s(path) > FRESH_S]
            for path in stale:
                path.unlink(missing_ok=True)
        return len(stale)

    def _strays(self, known: frozenset[str]) -> list[tuple[str, str]]:
        files = (file for file in self._root.glob("??/*") if file.stem not in known)
        return [(file.stem, file.suffix) for file in files]

    def _keep(self, file: Path) -> tuple[str, int]:
        blob_id, size = _digest(file)
        target = self.path(blob_id, file.suffix)
        with self._files:
            if target.exists():
                # Fresh again, so that nobody lets it go before its row names it.
                self._touch(target)
                file.unlink()
                return blob_id, size
        target.parent.mkdir(parents=True, exist_ok=True)
        self._touch(file)
        _sync(file)
        try:
            file.replace(target)
        except OSError:
            shutil.move(file, target)
        _sync(target.parent)
        return blob_id, size

    def _touch(self, path: Path) -> None:
        at = self._clock.now().timestamp()
        os.utime(path, (at, at))

    def _age_s(self, path: Path) -> float:
        try:
            return self._clock.now().timestamp() - path.stat().st_mtime
        except FileNotFoundError:
            return 0.0


def _digest(file: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
