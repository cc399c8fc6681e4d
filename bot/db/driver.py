"""aiosqlite with one hop to its thread for each statement, where SQLAlchemy's adapter makes four.

A hop (two thread switches and two wake-ups of the loop) costs more than most of our statements do.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

import aiosqlite

Row = tuple[Any, ...]
Asked = tuple[asyncio.Future[Any] | None, Callable[[], Any]]
ITER_CHUNK_ROWS = 64


class Cursor:
    """What the adapter awaits of a cursor; all rows are in memory once `execute` is done."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: Sequence[Row] = ()
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        return self

    async def execute(self, operation: str, parameters: Sequence[Any] = ()) -> None:
        """Run a statement and take its rows."""
        await self._connection.hop(self._run, sqlite3.Cursor.execute, operation, parameters)

    async def executemany(self, operation: str, parameters: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each set of parameters."""
        await self._connection.hop(self._run, sqlite3.Cursor.executemany, operation, parameters)

    async def fetchall(self) -> Sequence[Row]:
        """Give the rows away."""
        rows, self._rows = self._rows, ()
        return rows

    async def close(self) -> None:
        """Nothing is open any more."""

    def _run(self, how: Callable[..., Any], operation: str, parameters: Any) -> None:
        cursor = self._connection.plain.cursor()
        try:
            how(cursor, operation, parameters)
            self.description, self.lastrowid = cursor.description, cursor.lastrowid
            self._rows = cursor.fetchall() if self.description else ()
            self.rowcount = cursor.rowcount
        finally:
            cursor.close()


class Connection(aiosqlite.Connection):
    """One connection with its thread."""

    _ended = True

    @property
    def plain(self) -> sqlite3.Connection:
        """What the thread works on."""
        return self._conn

    async def hop(self, work: Callable[..., None], *args: Any) -> None:
        """Run something in the thread."""
        self._ended = False
        await self._execute(work, *args)  # pyright: ignore[reportUnknownMemberType]

    def cursor(self) -> Cursor:  # pyright: ignore[reportIncompatibleMethodOverride]
        """A cursor; nothing crosses to the thread yet."""
        return Cursor(self)

    async def commit(self) -> None:
        """End the transaction."""
        await super().commit()
        self._ended = True

    async def rollback(self) -> None:
        """Undo the transaction, where there is one: the pool asks for it after each commit too."""
        if not self._ended:
            # A statement whose caller was cancelled may still be on its way: this comes after it.
            await super().rollback()
            self._ended = True


class Asking:
    """The queue to a connection's thread, whose answers may come after the loop was closed.

    A cancelled statement goes on in its thread. At a stop its answer may find the loop gone: nobody
    waits for it any more, and it must not end the thread with a traceback.
    """

    def __init__(self, queue: Any) -> None:
        self._queue = queue

    def put_nowait(self, asked: Asked) -> None:
        """Hand work over; the future gets what comes of it."""
        self._queue.put_nowait((None, partial(_answer, *asked)))


def _answer(future: asyncio.Future[Any] | None, work: Callable[[], Any]) -> Any:
    try:
        result = work()
    except BaseException as error:  # noqa: BLE001 (whoever asked gets it)
        _tell(future, "set_exception", error)
        return None
    _tell(future, "set_result", result)
    return result


def _tell(future: asyncio.Future[Any] | None, what: str, value: Any) -> None:
    if future is not None:
        with contextlib.suppress(RuntimeError):
            future.get_loop().call_soon_threadsafe(_settle, future, what, value)


def _settle(future: asyncio.Future[Any], what: str, value: Any) -> None:
    if not future.done():
        getattr(future, what)(value)


def connect(path: Path) -> Connection:
    """Return a connection to be awaited; its statements begin no transaction by themselves."""
    connection = Connection(lambda: sqlite3.connect(path, isolation_level=None), ITER_CHUNK_ROWS)
    # As SQLAlchemy sets it on those it makes: a lost connection must not keep the process alive.
    connection._thread.daemon = True  # pyright: ignore[reportPrivateUsage]
    connection._tx = Asking(connection._tx)  # pyright: ignore
    return connection
