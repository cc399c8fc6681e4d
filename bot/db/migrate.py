"""The revision of the file: bring it to the newest, after a copy, or say why it does not fit."""

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

from bot.db.trouble import TROUBLES, bad_database
from bot.errors import BadDatabase

log = logging.getLogger(__name__)
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations"
COPIES_KEPT = 3
BUSY_S = 5.0
# Leaves nothing behind, and yet a page is written and synced: what only fails then fails now.
_PROBE = (
    # Here already: while somebody writes, SQLite changes the mode of no file and does not wait.
    "PRAGMA journal_mode=WAL",
    "BEGIN IMMEDIATE",
    "INSERT OR REPLACE INTO bot_state VALUES ('probe', '')",
    "DELETE FROM bot_state WHERE key = 'probe'",
)


def upgrade(path: Path) -> str:
    """Create or upgrade the file and return its revision; raises BadDatabase with one sentence."""
    try:
        revision = _upgrade(path)
        _write_once(path)
    except TROUBLES as error:
        raise bad_database(path, error) from error
    return revision


def check_writable(path: Path) -> None:
    """See whether this program could drive the file, changing no schema. Raises BadDatabase."""
    if not path.exists():
        return
    try:
        if (here := current(path)) is not None:
            _refuse_newer(here)
            _write_once(path)
    except TROUBLES as error:
        raise bad_database(path, error) from error


def check_current(path: Path) -> None:
    """See whether the file has the schema that this program reads. Raises BadDatabase."""
    if not path.exists():
        raise BadDatabase(
            f"There is no database at {path} yet. Run the bot once, or: inpaint-bot db upgrade."
        )
    try:
        here = current(path)
    except TROUBLES as error:
        raise bad_database(path, error) from error
    if here is not None:
        _refuse_newer(here)
    if here != newest():
        raise BadDatabase(
            f"The database {path} is at revision {here or 'none'}, and this program needs "
            f"{newest()}. Stop the bot and run: inpaint-bot db upgrade."
        )


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


def _write_once(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=BUSY_S)) as connection, connection:
        for statement in _PROBE:
            connection.execute(statement)


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
