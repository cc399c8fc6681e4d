"""Money on a real file: nothing is spent twice, nothing is ever changed afterwards."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.providers.base import PricedPer
from bot.services.clock import SystemClock
from bot.services.ledger import Ledger
from bot.services.pricing import settlement
from tests.databases import fresh

LEDGER = Ledger(SystemClock())


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty database."""
    path = tmp_path / "db.sqlite3"
    await asyncio.to_thread(fresh, path)
    database = Database(path)
    yield database
    await database.close()


async def _rich(session: AsyncSession, credits: int = 100) -> int:
    account = await LEDGER.account(session, "user:1:1")
    await LEDGER.grant_once(session, "first:1", account, credits)
    return account


async def _hold(db: Database, key: str, account: int, amount: int) -> bool:
    async with db.write() as session:
        return await LEDGER.hold(session, key, account, amount, task_seq=None, actor_id=None)


async def test_of_a_hundred_spends_exactly_ten_succeed(db: Database) -> None:
    async with db.write() as session:
        account = await _rich(session)
    held = await asyncio.gather(*(_hold(db, f"hold:{n}", account, 10) for n in range(100)))
    async with db.read() as session:
        assert sum(held) == 10
        assert await LEDGER.balance(session, "user:1:1") == (0, 100)
        assert list(await LEDGER.check(session)) == []


@pytest.mark.parametrize(("charge", "left"), [(0, 100), (4, 96), (10, 90)])
async def test_a_hold_is_resolved_once(db: Database, charge: int, left: int) -> None:
    async with db.write() as session:
        account = await _rich(session)
    assert await _hold(db, "hold:a", account, 10)
    async with db.write() as session:
        await LEDGER.resolve(session, "hold:a", "resolve:a", charge, "house:x")
    with pytest.raises(IntegrityError):
        async with db.write() as session:
            await LEDGER.resolve(session, "hold:a", "resolve:b", charge, "house:x")
    async with db.read() as session:
        assert await LEDGER.balance(session, "user:1:1") == (left, 0)
        assert await LEDGER.balance(session, "house:x") == (charge, 0)
        assert list(await LEDGER.check(session)) == []


async def test_more_than_was_held_is_refused_by_the_database(db: Database) -> None:
    async with db.write() as session:
        account = await _rich(session)
    await _hold(db, "hold:a", account, 10)
    with pytest.raises(IntegrityError, match="fits no hold"):
        async with db.write() as session:
            await LEDGER.resolve(session, "hold:a", "resolve:a", 11, "house:x")


async def test_a_grant_is_given_once(db: Database) -> None:
    for _ in range(3):
        async with db.write() as session:
            await _rich(session)
    async with db.read() as session:
        assert await LEDGER.balance(session, "user:1:1") == (100, 0)
        assert await LEDGER.balance(session, "issuance") == (-100, 0)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE transfers SET amount = 1",
        "DELETE FROM transfers",
        "UPDATE accounts SET available = -1 WHERE code = 'user:1:1'",
        "UPDATE accounts SET held = -1",
    ],
)
async def test_the_database_refuses_what_the_books_forbid(db: Database, statement: str) -> None:
    async with db.write() as session:
        await _rich(session)
    with pytest.raises(IntegrityError):
        async with db.write() as session:
            await session.execute(text(statement))


async def test_drift_is_found(db: Database) -> None:
    async with db.write() as session:
        await _rich(session)
        await session.execute(text("UPDATE accounts SET available = 99 WHERE code = 'user:1:1'"))
        (drift,) = await LEDGER.check(session)
    assert (drift.code, drift.available, drift.available_expected) == ("user:1:1", 99, 100)


@pytest.mark.parametrize(
    ("quoted", "per", "asked", "delivered", "charge"),
    [
        (21, PricedPer.PICTURE, 3, 3, 21),
        (21, PricedPer.PICTURE, 3, 1, 7),
        (21, PricedPer.PICTURE, 3, 0, 0),
        (21, PricedPer.PICTURE, 3, 5, 21),
        (10, PricedPer.JOB, 4, 4, 10),
        (10, PricedPer.JOB, 4, 3, 7),
        (0, PricedPer.PICTURE, 2, 2, 0),
    ],
)
def test_a_partial_result_costs_its_part(quoted, per, asked, delivered, charge) -> None:
    assert settlement(quoted, per, asked, delivered) == charge
