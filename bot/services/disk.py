"""How full the data folder is: warned at four fifths, and at the limit nothing new is taken."""

import asyncio
import logging
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from bot.db.trouble import TROUBLES, is_full
from bot.errors import LimitReached
from bot.services.health import Part
from bot.services.ports import Clock

log = logging.getLogger(__name__)
Scan = AbstractContextManager[Iterator["os.DirEntry[str]"]]
EVERY_S = 60.0
WARN_SHARE = 0.8
FREE_BYTES_MIN = 200 * 1024 * 1024
FULL = (
    "My disk is full, so I take no new edits until the operator has made room. "
    "Your finished edits are safe."
)
NO_ROOM = (
    "My disk is full, so I could not do that; nothing was changed. "
    "Try again once the operator has made room."
)


class Disk:
    """Measured in the background; asking costs nothing."""

    def __init__(self, folder: Path, limit_bytes: int, clock: Clock) -> None:
        self._folder = folder
        self.limit_bytes = limit_bytes
        self._clock = clock
        self._warned = False
        self.used_bytes = self.free_bytes = 0
        self.is_full = False

    async def run(self) -> None:
        """Measure every minute until cancelled."""
        while True:
            await self.measure()
            await self._clock.sleep(EVERY_S)

    async def measure(self) -> None:
        """Walk the folder once and tell the operator of what changed."""
        self.used_bytes, self.free_bytes = await asyncio.to_thread(_measure, self._folder)
        was_full, self.is_full = (
            self.is_full,
            (self.used_bytes >= self.limit_bytes or self.free_bytes < FREE_BYTES_MIN),
        )
        if self.is_full and not was_full:
            log.error("the disk is full (%s): intake is closed", self._told())
        elif was_full and not self.is_full:
            log.info("there is room again (%s): intake is open", self._told())
        self._warn()

    def check(self) -> None:
        """Raise LimitReached when nothing new fits."""
        if self.is_full:
            raise LimitReached(FULL)

    @contextmanager
    def watching(self) -> Generator[None]:
        """Close intake where the disk turns out to be full, until the next measuring finds room."""
        try:
            yield
        except TROUBLES as error:
            if not is_full(error):
                raise
            self.is_full = True
            log.error("the disk is full: intake is closed")
            raise LimitReached(FULL) from error

    def part(self) -> Part:
        """Whether new edits are taken, for the operator."""
        return Part(not self.is_full, self._told())

    def _warn(self) -> None:
        above = self.used_bytes >= WARN_SHARE * self.limit_bytes
        if above and not self._warned:
            log.warning("the data folder fills up: %s", self._told())
        self._warned = above

    def _told(self) -> str:
        gb = 1e9
        used = f"{self.used_bytes / gb:.2f} of {self.limit_bytes / gb:.2f} GB used"
        return f"{used}, {self.free_bytes / gb:.2f} GB free on the disk"


def _measure(folder: Path) -> tuple[int, int]:
    return used(folder), shutil.disk_usage(folder).free


def used(folder: Path, scandir: "Callable[[str], Scan]" = os.scandir) -> int:
    """Bytes of all files there are below, as `scandir` lists them."""
    used_bytes, pending = 0, [str(folder)]
    while pending:
        # Folders of requests come and go under the walk.
        with suppress(FileNotFoundError), scandir(pending.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    pending.append(entry.path)
                else:
                    used_bytes += _size(entry)
    return used_bytes


def _size(entry: "os.DirEntry[str]") -> int:
    try:
        return entry.stat(follow_symlinks=False).st_size
    except FileNotFoundError:
        return 0
