"""Connections to the one SQLite file: one writer, a few readers, and what follows a commit."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bot.db.driver import connect

_AFTER = "after_commit"
READERS = 3
BUSY_TIMEOUT_MS = 10_000
# Pages of its own for each connection: what is asked again and again; the system has the others.
READING = ("query_only=ON", "cache_size=-512")


def after_commit(session: AsyncSession, act: Callable[[], None]) -> None:
    """Call `act` once the session's transaction has committed; never when it rolls back."""
    session.info.setdefault(_AFTER, []).append(act)


class Database:
    """Short transactions on one file. Never await anything but the database inside one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writer = _engine(path, size=1, begin="BEGIN IMMEDIATE", pragmas=())
        self.reader = _engine(path, size=READERS, begin="BEGIN", pragmas=READING)
        self.front = _engine(path, size=1, begin="BEGIN", pragmas=READING)

    @asynccontextmanager
    async def write(self) -> AsyncGenerator[AsyncSession]:
        """One writing transaction; writers wait in line, so nothing read here can be stale."""
        async with AsyncSession(self.writer, expire_on_commit=False) as session:
            async with session.begin():
                yield session
            for act in session.info.get(_AFTER, ()):
                act()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[AsyncSession]:
        """One reading transaction beside the writer."""
        async with AsyncSession(self.reader, expire_on_commit=False) as session, session.begin():
            yield session

    @asynccontextmanager
    async def read_first(self) -> AsyncGenerator[AsyncSession]:
        """The same for what stands between an interaction and its answer; waits for no other."""
        async with AsyncSession(self.front, expire_on_commit=False) as session, session.begin():
            yield session

    async def close(self) -> None:
        """Give the connections back."""
        await self.front.dispose()
        await self.reader.dispose()
        await self.writer.dispose()


def _engine(path: Path, *, size: int, begin: str, pragmas: tuple[str, ...]) -> AsyncEngine:
    engine = create_async_engine(
        f"sqlite+aiosqlite:///{path}",
        async_creator=lambda: connect(path),
        pool_size=size,
        max_overflow=0,
        pool_timeout=None,
        # A failing statement is logged; what a member wrote must not stand in it.
        hide_parameters=True,
    )

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:  # pyright: ignore[reportUnusedFunction]
        _prepare(connection, pragmas)

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Connection) -> None:  # pyright: ignore[reportUnusedFunction]
        connection.exec_driver_sql(begin)

    return engine


def _prepare(connection: Any, pragmas: tuple[str, ...]) -> None:
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        *pragmas,
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
