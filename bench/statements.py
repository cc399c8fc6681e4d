"""What the engine says to its file, written down and said again by a bare connection."""

import sqlite3
from collections.abc import Generator, Iterable
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.db.engine import Database

Transaction = list[tuple[str, Any]]


@dataclass
class Transcript:
    """Transactions in the order of their ends; each is what was said between begin and end."""

    transactions: list[Transaction] = field(default_factory=list)
    _open: dict[Connection, Transaction] = field(default_factory=dict)

    @property
    def statements(self) -> int:
        """How many there were, BEGIN and COMMIT not counted."""
        return sum(len(each) - 1 for each in self.transactions)

    def said(
        self,
        connection: Connection,
        _cursor: Any,
        statement: str,
        parameters: Any,
        _context: Any,
        executemany: bool,
    ) -> None:
        """Note a statement, or one for each set of parameters."""
        sets = parameters if executemany else [parameters]
        self._open.setdefault(connection, []).extend((statement, each) for each in sets)

    def ended(self, connection: Connection) -> None:
        """Note the end of a transaction; those in which nothing was said do not count."""
        if said := self._open.pop(connection, None):
            self.transactions.append(said)


@contextmanager
def written_down() -> Generator[Transcript]:
    """Listen to every engine of this process."""
    transcript = Transcript()
    listeners = [("before_cursor_execute", transcript.said), ("commit", transcript.ended)]
    for name, listener in listeners:
        event.listen(Engine, name, listener)
    try:
        yield transcript
    finally:
        for name, listener in listeners:
            event.remove(Engine, name, listener)


async def say_again(db: Database, transactions: Iterable[Transaction]) -> None:
    """The same transactions through the bot's own connections, one after the other."""
    for transaction in transactions:
        begin, *statements = transaction
        opened = db.write() if "IMMEDIATE" in begin[0] else db.read()
        async with opened as session:
            connection = await session.connection()
            for statement, parameters in statements:
                answer = await connection.exec_driver_sql(statement, parameters)
                if answer.returns_rows:
                    answer.all()


def say_plainly(path: Path, transactions: Iterable[Transaction]) -> None:
    """The same transactions from the standard library's connection with the bot's pragmas."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        for transaction in transactions:
            for statement, parameters in transaction:
                connection.execute(statement, parameters).fetchall()
            connection.execute("COMMIT")


def copied(source: Path, target: Path) -> Path:
    """A copy of the file as it stands, with what its log holds."""
    with closing(sqlite3.connect(source)) as here, closing(sqlite3.connect(target)) as there:
        here.backup(there)
    return target
