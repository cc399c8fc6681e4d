"""Databases for tests: migrated once a process, copied for each test."""

import atexit
import functools
import shutil
import tempfile
from pathlib import Path

from bot.db.migrate import upgrade


def fresh(path: Path) -> None:
    """Bring the file to the newest revision, as the bot does at its start; most are new."""
    if path.exists():
        upgrade(path)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(_migrated(), path)


@functools.cache
def _migrated() -> Path:
    folder = tempfile.mkdtemp()
    atexit.register(shutil.rmtree, folder)
    path = Path(folder) / "migrated.sqlite3"
    upgrade(path)
    return path
