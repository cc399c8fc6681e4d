"""What comes by itself: once per member and period, out of the pool or newly made."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.services import forgotten
from bot.services.allowance import Member
from bot.services.economy import Period
from bot.services.ledger import user_code
from tests.services.money import ADMIN, ALICE, AWAY, BOB, FIRST, HOME, Money, opened

PURSE = user_code(HOME, ALICE)


@pytest.fixture
async def money(tmp_path: Path) -> AsyncGenerator[Money]:
    async with opened(tmp_path) as here:
        yield here


async def spend(money: Money, amount: int, key: str, code: str = PURSE) -> None:
    """As if an edit had cost this."""
    async with money.db.write() as session:
        account = await money.ledger.account(session, code)
        assert await money.ledger.hold(session, key, account, amount, task_seq=None, actor_id=None)
        await money.ledger.resolve(session, key, f"r-{key}", amount, "house:x")


async def topped(money: Money, level: int, period: Period = Period.DAILY, guild: int = HOME):
    await money.rulebook.change(guild, ADMIN, level=level, period=period)


async def test_the_first_grant_comes_once_however_often_and_at_the_same_moment(
    money: Money,
) -> None:
    await asyncio.gather(*(money.purse(HOME, ALICE) for _ in range(20)))
    assert await money.has(PURSE) == FIRST
    assert await money.has("issuance") == -FIRST


async def test_away_from_home_it_comes_out_of_the_pool_and_an_empty_one_grants_nothing(
    money: Money,
) -> None:
    nothing = await money.purse(AWAY, ALICE)
    assert (nothing.granted.total, nothing.granted.short) == (0, True)
    await money.fill(AWAY, FIRST + 30)
    given = await money.purse(AWAY, ALICE)
    assert (given.granted.total, given.granted.short) == (FIRST, False)
    assert await money.has(f"pool:{AWAY}") == 30
    # Not a part of it either: the second member gets all of it once the pool has all of it.
    assert (await money.purse(AWAY, BOB)).granted.short
    assert await money.has(f"pool:{AWAY}") == 30
    assert (await money.look()).sound


async def test_a_daily_one_tops_up_to_the_level_once_a_day(money: Money) -> None:
    await money.purse(HOME, ALICE)
    await topped(money, FIRST)
    await spend(money, 60, "a")
    await asyncio.gather(*(money.purse(HOME, ALICE) for _ in range(10)))
    assert await money.has(PURSE) == FIRST
    await spend(money, 60, "b")
    await money.purse(HOME, ALICE)
    assert await money.has(PURSE) == 40
    await money.clock.advance(timedelta(days=1).total_seconds())
    await money.purse(HOME, ALICE)
    assert await money.has(PURSE) == FIRST


async def test_whoever_has_the_level_keeps_the_day_for_later(money: Money) -> None:
    await money.purse(HOME, ALICE)
    await topped(money, 50)
    assert (await money.purse(HOME, ALICE)).granted.total == 0
    await spend(money, 80, "a")
    assert (await money.purse(HOME, ALICE)).granted.total == 30


async def test_midnight_is_utc_and_a_clock_set_back_grants_nothing_again(money: Money) -> None:
    await money.purse(HOME, ALICE)
    await topped(money, FIRST)
    to_midnight = datetime(2026, 1, 2, tzinfo=UTC) - money.clock.now()
    await money.clock.advance(to_midnight.total_seconds() - 1)
    await spend(money, 10, "a")
    await money.purse(HOME, ALICE)
    await money.clock.advance(1)
    await spend(money, 10, "b")
    await money.purse(HOME, ALICE)
    assert await money.has(PURSE) == FIRST
    money.clock._now -= timedelta(hours=1)  # pyright: ignore[reportPrivateUsage]
    await spend(money, 10, "c")
    await money.purse(HOME, ALICE)
    await money.clock.advance(3600)
    await money.purse(HOME, ALICE)
    assert await money.has(PURSE) == FIRST - 10


async def test_a_weekly_one_comes_on_monday(money: Money) -> None:
    await money.purse(HOME, ALICE)  # 2026-01-01 is a Thursday
    await topped(money, FIRST, Period.WEEKLY)
    granted: list[int] = []
    for day in range(6):
        await spend(money, 10, f"day-{day}")
        granted.append((await money.purse(HOME, ALICE)).granted.total)
        await money.clock.advance(86_400)
    assert granted == [10, 0, 0, 0, 40, 0]


async def test_a_role_has_a_level_of_its_own_and_the_highest_counts(money: Money) -> None:
    await topped(money, 120)
    await money.rulebook.set_role(HOME, ADMIN, 5, 300)
    await money.rulebook.set_role(HOME, ADMIN, 6, 200)
    assert (await money.purse(HOME, ALICE, 5, 6)).granted.total == 300
    assert (await money.purse(HOME, BOB, 7)).granted.total == 120


async def test_who_was_forgotten_gets_no_second_first_grant_and_no_second_day(
    money: Money,
) -> None:
    await topped(money, 150)
    async with money.db.write() as session:
        await forgotten.remember(session, HOME, ALICE)
    assert (await money.purse(HOME, ALICE)).granted.total == 0
    assert (await money.purse(HOME, BOB)).granted.total == 150
    await money.clock.advance(86_400)
    assert (await money.purse(HOME, ALICE)).granted.total == 150


async def test_looking_grants_what_is_due_and_says_so(money: Money) -> None:
    seen = await money.treasury.standing(Member(HOME, ALICE))
    assert (seen.available, seen.granted.total) == (FIRST, FIRST)
    again = await money.treasury.standing(Member(HOME, ALICE))
    assert (again.available, again.granted.total) == (FIRST, 0)
