"""The schema on disk, its copies and its refusals."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.dialects.sqlite import dialect
from sqlalchemy.exc import OperationalError

from bot.db import credits, guilds, models  # noqa: F401 (they fill the metadata)
from bot.db.base import Base, UtcDateTime
from bot.db.engine import Database, after_commit
from bot.db.migrate import COPIES_KEPT, MIGRATIONS, current, newest, upgrade
from bot.domain import MaskSource
from bot.errors import BadDatabase


def test_the_migrations_make_what_the_models_say(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    assert upgrade(path) == newest() == current(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_upgrading_twice_changes_nothing_and_copies_nothing(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    upgrade(path)
    upgrade(path)
    assert not (tmp_path / "backups").exists()


def _pretend(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (note TEXT)")
        connection.execute("INSERT INTO kept VALUES ('still here')")
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_a_newer_database_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    upgrade(path)
    _pretend(path, "9999")
    with pytest.raises(BadDatabase, match="newer version"):
        upgrade(path)


def test_an_upgrade_copies_first_and_keeps_three(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot.db import migrate

    path = tmp_path / "db.sqlite3"
    upgrade(path)
    _pretend(path, newest())
    monkeypatch.setattr(migrate, "newest", lambda: "next")
    for _ in range(COPIES_KEPT + 2):
        upgrade(path)
    copies = sorted((tmp_path / "backups").iterdir())
    assert len(copies) == COPIES_KEPT
    with closing(sqlite3.connect(copies[-1])) as connection:
        assert connection.execute("SELECT note FROM kept").fetchone() == ("still here",)


@pytest.mark.parametrize("content", [b"not a database at all, only text " * 40], ids=["text"])
def test_a_broken_file_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "db.sqlite3"
    path.write_bytes(content)
    with pytest.raises(BadDatabase) as caught:
        upgrade(path)
    assert "cannot be used: file is not a database." in caught.value.sentence
    assert path.read_bytes() == content


async def test_writers_stand_in_line_and_readers_cannot_write(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    await asyncio.to_thread(upgrade, path)
    db = Database(path)

    async def add(n: int) -> None:
        async with db.write() as session:
            count = (await session.execute(text("SELECT count(*) FROM bot_state"))).scalar()
            values = {"k": f"{n}", "v": f"{count}"}
            await session.execute(text("INSERT INTO bot_state VALUES (:k, :v)"), values)

    await asyncio.gather(*(add(n) for n in range(20)))
    async with db.read() as session:
        seen = (await session.execute(text("SELECT value FROM bot_state"))).scalars().all()
        assert sorted(map(int, seen)) == list(range(20))
        with pytest.raises(OperationalError, match="readonly"):
            await session.execute(text("DELETE FROM bot_state"))
    await db.close()


async def test_what_follows_a_commit_never_follows_a_rollback(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    await asyncio.to_thread(upgrade, path)
    db, told = Database(path), []

    async def rolled_back() -> None:
        async with db.write() as session:
            after_commit(session, lambda: told.append("rolled back"))
            await session.execute(text("SELECT * FROM nowhere"))

    async with db.write() as session:
        after_commit(session, lambda: told.append("committed"))
    with pytest.raises(OperationalError):
        await rolled_back()
    assert told == ["committed"]
    await db.close()


@given(st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])))
def test_times_survive_the_database_to_the_microsecond(when: datetime) -> None:
    column = UtcDateTime()
    kept = column.process_bind_param(when, dialect())
    assert column.process_result_value(kept, dialect()) == when


def test_naive_times_are_refused() -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), dialect())  # noqa: DTZ001


def test_an_old_file_learns_the_new_ways_to_say_where(tmp_path: Path) -> None:
    path = tmp_path / "db.sqlite3"
    upgrade_to(path, "0003")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO people (discord_id, created_at) VALUES (1, 0)")
        insert_task(connection, "old", "file")
    upgrade(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        for source in MaskSource:
            insert_task(connection, f"new-{source}", source)
        with pytest.raises(sqlite3.IntegrityError, match="mask_source"):
            insert_task(connection, "bad", "hearsay")
        assert connection.execute("SELECT count(*) FROM tasks").fetchone() == (1 + len(MaskSource),)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def upgrade_to(path: Path, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["database_path"] = path
    command.upgrade(config, revision)


def insert_task(connection: sqlite3.Connection, task_id: str, source: str) -> None:
    """Fill every column that must have a value."""
    columns = connection.execute("PRAGMA table_info(tasks)").fetchall()
    needed = [
        (name, kind)
        for _, name, kind, notnull, default, key in columns
        if notnull and default is None and not key
    ]
    values = {name: 1 if "INT" in kind else f"{task_id}-{name}" for name, kind in needed}
    values |= {"id": task_id, "op": "inpaint", "state": "draft", "origin": "slash"}
    values |= {"mask_source": source}
    names, marks = ", ".join(f'"{name}"' for name in values), ", ".join("?" * len(values))
    connection.execute(f"INSERT INTO tasks ({names}) VALUES ({marks})", list(values.values()))  # noqa: S608
