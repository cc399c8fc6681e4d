"""The connection below SQLAlchemy: transactions end as they should, also when callers go away."""

import asyncio
import logging
import sqlite3
import threading
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.db.driver import connect
from bot.db.engine import Database


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Database]:
    opened = Database(tmp_path / "some.sqlite3")
    async with opened.write() as session:
        await session.execute(text("CREATE TABLE t (n INTEGER PRIMARY KEY, word TEXT UNIQUE)"))
    yield opened
    await opened.close()


async def words(db: Database) -> list[str]:
    async with db.read() as session:
        return list((await session.execute(text("SELECT word FROM t ORDER BY n"))).scalars())


async def add(db: Database, *given: str) -> None:
    async with db.write() as session:
        await session.execute(text("INSERT INTO t (word) VALUES (:w)"), [{"w": w} for w in given])


async def test_what_is_committed_is_read_by_others(db: Database) -> None:
    await add(db, "one", "two")
    assert await words(db) == ["one", "two"]


async def test_a_statement_that_fails_undoes_its_transaction(db: Database) -> None:
    await add(db, "one")
    with pytest.raises(IntegrityError):
        await add(db, "two", "one")
    await add(db, "three")
    assert await words(db) == ["one", "three"]


async def test_a_statement_that_fails_names_nothing_that_a_member_wrote(
    db: Database, caplog: pytest.LogCaptureFixture
) -> None:
    wish = " ".join(("a", "secret", "boat"))  # no line of this file holds it, nor a traceback
    await add(db, wish)
    with pytest.raises(IntegrityError) as caught:
        await add(db, wish)
    logging.getLogger("bot").error("something broke", exc_info=caught.value)
    assert "UNIQUE constraint failed" in caplog.text
    assert wish not in caplog.text


async def test_an_update_tells_what_it_changed(db: Database) -> None:
    await add(db, "one", "two")
    async with db.write() as session:
        changed = await session.execute(text("UPDATE t SET word = word || '!' RETURNING n, word"))
        assert [tuple(row) for row in changed] == [(1, "one!"), (2, "two!")]


async def test_a_reader_cannot_write(db: Database) -> None:
    with pytest.raises(Exception, match="readonly"):
        async with db.read() as session:
            await session.execute(text("INSERT INTO t (word) VALUES ('one')"))


async def test_a_begin_whose_caller_went_away_is_undone(db: Database) -> None:
    other = sqlite3.connect(db.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    # Its BEGIN waits in the thread for the lock of `other` when it is cancelled.
    waiting = asyncio.create_task(add(db, "lost"))
    await asyncio.sleep(0.1)
    waiting.cancel()
    await asyncio.sleep(0.1)
    other.execute("COMMIT")
    other.close()
    await asyncio.gather(waiting, return_exceptions=True)
    await add(db, "kept")
    assert await words(db) == ["kept"]


def test_an_answer_that_comes_after_its_loop_was_closed_goes_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_end = threading.Event(), threading.Event()
    broken: list[object] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)

    def slow() -> None:
        asked.set()
        may_end.wait(45)

    async def leave_one_behind() -> threading.Thread:
        connection = await connect(tmp_path / "some.sqlite3")
        asking = asyncio.create_task(connection.hop(slow))
        await asyncio.to_thread(asked.wait, 45)
        asking.cancel()
        connection.stop()
        return connection._thread  # pyright: ignore[reportPrivateUsage]

    thread = asyncio.run(leave_one_behind())
    may_end.set()
    thread.join(45)
    assert not thread.is_alive()
    assert broken == []
