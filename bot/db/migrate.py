"""Bring the file to the newest revision, after a copy; runs before anything else opens it."""

import contextlib
import logging
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util.exc import CommandError
from sqlalchemy import create_engine
from sqlalchemy.exc import DatabaseError

from bot.errors import BadDatabase

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
COPIES_KEPT = 3


def upgrade(path: Path) -> str:
    """Create or upgrade the file and return its revision; raises BadDatabase with one sentence."""
    try:
        return _upgrade(path)
    except (sqlite3.DatabaseError, DatabaseError, OSError) as error:
        raise BadDatabase(
            f"The database {path} cannot be used: {_reason(error)}.", log=repr(error)
        ) from error


def current(path: Path) -> str | None:
    """The file's revision; None when it holds no schema yet."""
    engine = create_engine(f"sqlite:///{path}")
    try:
        with engine.connect() as connection:
            return MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()


def newest() -> str:
    """The revision that this program works with."""
    head = _scripts().get_current_head()
    if head is None:
        raise BadDatabase("The migrations are missing; install the bot again.")
    return head


def backup(path: Path, target: Path) -> None:
    """Copy a database that may be in use, by SQLite's own backup call."""
    with (
        contextlib.closing(sqlite3.connect(path)) as source,
        contextlib.closing(sqlite3.connect(target)) as copy,
    ):
        source.backup(copy)


def _upgrade(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    head, here = newest(), current(path) if path.exists() else None
    if here == head:
        return head
    if here is not None:
        _refuse_newer(here)
        _keep_copy(path, here)
    config = _config()
    config.attributes["database_path"] = path
    command.upgrade(config, "head")
    log.info("the database is at revision %s now", head)
    return head


def _refuse_newer(revision: str) -> None:
    try:
        _scripts().get_revision(revision)
    except CommandError as error:
        raise BadDatabase(
            f"The database is of a newer version ({revision}) than this program ({newest()}). "
            "Update inpaint-bot, or go back to a copy from the backups folder.",
        ) from error


def _keep_copy(path: Path, revision: str) -> None:
    folder = path.parent / "backups"
    folder.mkdir(exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
    backup(path, folder / f"{path.stem}-{revision}-{stamp}{path.suffix}")
    for old in sorted(folder.glob(f"{path.stem}-*"), key=lambda file: file.name.rpartition("-")[2])[
        :-COPIES_KEPT
    ]:
        old.unlink()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _reason(error: Exception) -> str:
    text = str(getattr(error, "orig", error)).strip().rstrip(".")
    return text or type(error).__name__
