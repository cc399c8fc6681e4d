"""The data folder: there, ours to write, and driven by one process at a time."""

import os
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.db.trouble import bad_folder
from bot.errors import BadFolder, DataInUse

LOCK_NAME = "inpaint-bot.lock"
PARTS = ("blobs", "work", "backups")
PROBE_BYTES = 4096


@contextmanager
def locked(folder: Path) -> Generator[None]:
    """Make the folder and keep every other driver out. Raises BadFolder or DataInUse."""
    lock = FileLock(folder / LOCK_NAME, thread_local=False)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
    except Timeout as error:
        raise DataInUse from error
    except OSError as error:
        raise bad_folder(folder, error) from error
    try:
        yield
    finally:
        lock.release()


def check_folder(folder: Path) -> None:
    """Make the folder and write to it once. Raises BadFolder."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as error:
        raise bad_folder(folder, error) from error
    for part in (folder / name for name in PARTS):
        if part.exists() and not os.access(part, os.W_OK | os.X_OK):
            raise BadFolder(
                f"The folder {part} cannot be written to. Give it to the user that runs the bot."
            )
