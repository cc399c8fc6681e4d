"""`db`: make, upgrade, look at and copy the database."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from bot.cli.beside import database_beside
from bot.cli.books import findings_text
from bot.cli.call import GOOD, WRONG, Call
from bot.cli.files import check_target
from bot.cli.terminal import say
from bot.db import migrate
from bot.db.folder import locked
from bot.db.trouble import TROUBLES, bad_database
from bot.errors import BadDatabase
from bot.services import findings

SHOWN_MAX = 20
COPIES = "backups"


async def upgrade(call: Call) -> int:
    """Bring the file to the newest revision; nobody else may drive it meanwhile."""
    path = call.settings.database_path
    with locked(call.settings.data_dir):
        before = await asyncio.to_thread(_revision, path) if path.exists() else None
        after = await asyncio.to_thread(migrate.upgrade, path)
    copied = f"; a copy from before is in {path.parent / COPIES}" if before != after else ""
    if before is None:
        say(f"{path} was made at revision {after}")
    elif before == after:
        say(f"{path} is at revision {after} already")
    else:
        say(f"{path} was brought from revision {before} to {after}{copied}")
    return GOOD


async def current(call: Call) -> int:
    """Print the file's revision, whatever it is."""
    path = _existing(call)
    here, newest = await asyncio.to_thread(_revision, path), migrate.newest()
    note = "the newest" if here == newest else f"this program needs {newest}"
    say(f"{path} is at revision {here or 'none'}, {note}")
    return GOOD


async def backup(call: Call) -> int:
    """Copy the file as it is at one moment; the bot goes on meanwhile."""
    path = _existing(call)
    target: Path = call.args.file or _own_place(path)
    await check_target(target, force=call.args.force)
    try:
        size_bytes = await asyncio.to_thread(_copy, path, target)
    except TROUBLES as error:
        raise bad_database(path, error) from error
    say(f"{target} is a copy of {path}, {size_bytes:,} bytes; pictures are not in it")
    return GOOD


async def check(call: Call) -> int:
    """Say what is wrong with the file; exit code 1 where something is."""
    path = _existing(call)
    try:
        wrong = await asyncio.to_thread(_broken, path)
    except TROUBLES as error:
        raise bad_database(path, error) from error
    say("\n".join(wrong) if wrong else "pages and references: whole")
    if wrong:
        return WRONG
    here = await asyncio.to_thread(_revision, path)
    if here != migrate.newest():
        say(f"revision: {here or 'none'}, and this program needs {migrate.newest()}")
        return WRONG
    say(f"revision: {here}, the newest")
    async with database_beside(call.settings) as db, db.read() as session:
        found = await findings.look(session)
    say(findings_text(found))
    return GOOD if found.sound else WRONG


def _existing(call: Call) -> Path:
    path = call.settings.database_path
    if not path.exists():
        raise BadDatabase(f"There is no database at {path}.")
    return path


def _revision(path: Path) -> str | None:
    try:
        return migrate.current(path)
    except TROUBLES as error:
        raise bad_database(path, error) from error


def _own_place(path: Path) -> Path:
    """Not named like the copies before an upgrade, of which only the newest stay."""
    folder = path.parent / COPIES
    folder.mkdir(exist_ok=True)
    return folder / f"backup-{datetime.now(UTC):%Y%m%dT%H%M%S}{path.suffix}"


def _copy(path: Path, target: Path) -> int:
    """Into a file beside the target first, so that a copy that is there is a whole one."""
    unfinished = target.with_name(f".{target.name}.part")
    unfinished.unlink(missing_ok=True)
    try:
        migrate.backup(path, unfinished)
        return unfinished.replace(target).stat().st_size
    finally:
        unfinished.unlink(missing_ok=True)


def _broken(path: Path) -> list[str]:
    """What SQLite finds wrong with pages, indexes and references, at most a screen of it."""
    with closing(sqlite3.connect(path, timeout=migrate.BUSY_S)) as connection:
        connection.execute("PRAGMA query_only=ON")
        pages = connection.execute(f"PRAGMA integrity_check({SHOWN_MAX})").fetchall()
        if pages != [("ok",)]:
            return [f"page: {text}" for (text,) in pages]
        orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(SHOWN_MAX)
    return [
        f"reference: row {row} of {name} names a row of {to} that is not there"
        for name, row, to, _ in orphans
    ]
