"""Credits issued by hand, and what an account's statement says of them."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.db.engine import Database
from bot.errors import BadOption
from bot.services.clock import SystemClock
from bot.services.grants import AMOUNT_MAX, Granted, grant, stored_key
from bot.services.ledger import Ledger, Purpose
from bot.services.statement import CALLED, Line, Statement, statement
from tests.databases import fresh
from tests.services.engine import ALICE, GUILD, opened, purse, request, until
from tests.services.scripted import Scripted

LEDGER = Ledger(SystemClock())
CODE = f"user:{GUILD}:{ALICE}"


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Database]:
    """An empty database."""
    path = tmp_path / "db.sqlite3"
    await asyncio.to_thread(fresh, path)
    database = Database(path)
    yield database
    await database.close()


async def granted(db: Database, key: str, amount: int = 50, code: str = CODE) -> Granted:
    async with db.write() as session:
        return await grant(session, LEDGER, code, amount, key)


async def stated(db: Database, code: str = CODE, limit: int = 50, before: int = 0) -> Statement:
    async with db.read() as session:
        return await statement(session, code, limit, before or None)


async def test_a_key_grants_once_and_the_same_again_changes_nothing(db: Database) -> None:
    assert await granted(db, "march") == Granted(0, 50, fresh=True)
    assert await granted(db, "march") == Granted(50, 50, fresh=False)
    assert await granted(db, "april") == Granted(50, 100, fresh=True)


@pytest.mark.parametrize(("amount", "code"), [(51, CODE), (50, "pool:9")])
async def test_a_key_that_did_something_else_is_refused(
    db: Database, amount: int, code: str
) -> None:
    await granted(db, "march")
    with pytest.raises(BadOption, match="already granted 50 credits to user:9:101"):
        await granted(db, "march", amount, code)
    assert (await stated(db)).available == 50


async def test_of_many_at_once_with_one_key_one_counts(db: Database) -> None:
    outcomes = await asyncio.gather(*(granted(db, "march") for _ in range(20)))
    assert sum(outcome.fresh for outcome in outcomes) == 1
    assert (await stated(db)).available == 50


def test_a_stored_key_holds_nothing_that_somebody_typed() -> None:
    assert stored_key("for Alice, 123456789012345678").removeprefix("grant:").isalnum()
    assert len(stored_key("x" * 500)) < 80


@pytest.mark.parametrize(
    ("code", "fits"),
    [
        ("user:0:5", True),
        ("user:81384788765712384:80351110224678912", True),
        ("pool:81384788765712384", True),
        ("pool:1:2", False),
        ("user:1", False),
        ("issuance", False),
        ("house:local", False),
        ("user:1:2 ", False),
        ("user:-1:2", False),
    ],
)
async def test_only_members_and_servers_are_granted_to(db: Database, code: str, fits: bool) -> None:
    if fits:
        assert (await granted(db, "march", code=code)).after == 50
    else:
        with pytest.raises(BadOption, match="are granted to user:"):
            await granted(db, "march", code=code)


@pytest.mark.parametrize("amount", [0, -5, AMOUNT_MAX + 1])
async def test_an_amount_that_is_none_is_refused(db: Database, amount: int) -> None:
    with pytest.raises(BadOption, match="1 to 1,000,000,000"):
        await granted(db, "march", amount)


async def test_a_grant_before_the_first_edit_does_not_eat_the_first_grant(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), first_grant_credits=5) as app:
        await granted(app.db, "early", 4)
        task = await app.intake.submit(request(tmp_path))
        assert task.held == 7
        assert await purse(app) == (2, 7)


async def test_a_statement_tells_the_whole_life_of_an_edit(app: App, tmp_path: Path) -> None:
    task = await until(app, (await app.intake.submit(request(tmp_path))).id)
    seen = await stated(app.db)
    told = [(line.what, line.change, line.available, line.held, line.other) for line in seen.lines]
    assert told == [
        ("settle", 0, 93, 0, "house:scripted"),
        ("hold", -7, 93, 7, ""),
        ("first grant", 100, 100, 0, "issuance"),
    ]
    assert [line.task_id for line in seen.lines] == [task.id, task.id, None]
    assert (seen.available, seen.held, seen.older) == (93, 0, False)


async def test_a_refund_is_told_from_a_settlement_of_nothing(db: Database) -> None:
    async with db.write() as session:
        account = await LEDGER.account(session, CODE)
        await LEDGER.grant_once(session, "g", account, 10)
        for key, amount in (("paid", 6), ("free", 0)):
            await LEDGER.hold(session, f"h:{key}", account, amount, task_seq=None, actor_id=None)
            await LEDGER.resolve(session, f"h:{key}", f"r:{key}", 0, "house:x")
    told = [(line.what, line.change) for line in (await stated(db)).lines]
    assert told == [("settle", 0), ("hold", 0), ("refund", 6), ("hold", -6), ("grant", 10)]


@pytest.mark.parametrize("purpose", Purpose)
async def test_a_statement_says_what_each_move_was_for(db: Database, purpose: Purpose) -> None:
    async with db.write() as session:
        account = await LEDGER.account(session, CODE)
        source = await LEDGER.issuance(session)
        await LEDGER.move(session, "named", source, account, 5, purpose=purpose)
        await LEDGER.move(session, "nameless", source, account, 5)
    told = [line.what for line in (await stated(db)).lines]
    assert told == ["grant", CALLED[purpose]]


async def test_pages_follow_each_other_without_a_gap(db: Database) -> None:
    for n in range(7):
        await granted(db, f"{n}", n + 1)
    whole = (await stated(db)).lines
    pages: list[Line] = []
    page = await stated(db, limit=3)
    while True:
        pages += page.lines
        if not page.older:
            break
        page = await stated(db, limit=3, before=page.lines[-1].transfer_id)
    assert pages == list(whole)
    assert [line.available for line in whole] == [28, 21, 15, 10, 6, 3, 1]


async def test_an_account_that_never_was_has_no_statement(db: Database) -> None:
    with pytest.raises(BadOption, match="no account pool:1"):
        await stated(db, "pool:1")


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(st.tuples(st.integers(1, 9), st.integers(0, 9)), min_size=1, max_size=12))
async def test_the_newest_line_always_says_what_the_account_holds(
    db: Database, steps: list[tuple[int, int]]
) -> None:
    """Whatever was granted, held, settled and refunded before."""
    async with db.write() as session:
        account = await LEDGER.account(session, CODE)
        start = len((await statement(session, CODE, 500)).lines)
        for n, (amount, charge) in enumerate(steps, start):
            await LEDGER.grant_once(session, f"g:{n}", account, amount)
            held = await LEDGER.hold(
                session, f"h:{n}", account, amount, task_seq=None, actor_id=None
            )
            if held and charge <= amount:
                await LEDGER.resolve(session, f"h:{n}", f"r:{n}", charge, "house:x")
    for code in (CODE, "house:x"):
        if code == CODE or any(charge <= amount for amount, charge in steps):
            seen = await stated(db, code)
            newest = seen.lines[0]
            assert (newest.available, newest.held) == (seen.available, seen.held)
