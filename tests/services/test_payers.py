"""Who pays: the first in the server's order that covers all of it, under cap and time."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.db.credits import ForgottenMember
from bot.errors import BadOption, NotEnoughCredits, NotYours
from bot.services import forgotten
from bot.services.economy import Payer
from bot.services.ledger import user_code
from bot.services.treasury import Deed
from tests.services.money import ADMIN, ALICE, AWAY, BOB, CHANNEL, HOME, Money, opened

PURSE, POOL, POT = user_code(HOME, ALICE), f"pool:{HOME}", f"sponsor:{CHANNEL}"
ALL = (Payer.SPONSOR, Payer.OWN, Payer.POOL)


@pytest.fixture
async def money(tmp_path: Path) -> AsyncGenerator[Money]:
    """Alice and Bob have 100 each, the pool 50."""
    async with opened(tmp_path) as here:
        for user_id in (ALICE, BOB):
            await here.purse(HOME, user_id)
        await here.fill(HOME, 50)
        yield here


async def sponsor(money: Money, amount: int = 20, who: int = BOB, key: str = "s", **until):
    end = money.clock.now() + timedelta(**until) if until else None
    return await money.sponsors.start(HOME, CHANNEL, who, amount, end, key)


@pytest.mark.parametrize(
    ("payers", "amount", "pays"),
    [
        (ALL, 20, POT),
        (ALL, 21, PURSE),
        ((Payer.POOL, Payer.OWN), 50, POOL),
        ((Payer.POOL, Payer.OWN), 51, PURSE),
        ((Payer.OWN, Payer.POOL), 5, PURSE),
        ((Payer.POOL,), 0, PURSE),
    ],
)
async def test_the_first_that_covers_all_of_it_pays(money: Money, payers, amount, pays) -> None:
    await money.rulebook.change(HOME, ADMIN, payers=payers)
    await sponsor(money)
    assert await money.payer(HOME, ALICE, amount) == pays


async def test_it_is_never_split(money: Money) -> None:
    await money.rulebook.change(HOME, ADMIN, payers=ALL)
    await sponsor(money)
    with pytest.raises(NotEnoughCredits, match=r"sponsor has 20 left, you have 100, .*pool has 50"):
        await money.payer(HOME, ALICE, 101)


async def test_the_share_of_whoever_was_forgotten_is_known_for_that_day_only(money: Money) -> None:
    await money.rulebook.change(HOME, ADMIN, payers=(Payer.POOL,), pool_daily_max=20)
    async with money.db.write() as session:
        await forgotten.remember(session, HOME, ALICE)
        for spent in (5, 10):
            await forgotten.keep_spent(session, HOME, ALICE, spent, money.clock.now())
    assert await money.payer(HOME, ALICE, 5) == POOL
    with pytest.raises(NotEnoughCredits, match="pool has 5 for you today"):
        await money.payer(HOME, ALICE, 6)
    await money.clock.advance(86_400)
    assert await money.payer(HOME, ALICE, 20) == POOL
    async with money.db.write() as session:
        await forgotten.drop_spent(session, money.clock.now())
        kept = (
            await session.execute(select(ForgottenMember.day, ForgottenMember.pool_spent))
        ).one()
    assert tuple(kept) == (None, 0)


async def test_a_sponsor_pays_in_their_thread_until_the_time_is_over(money: Money) -> None:
    await sponsor(money, hours=1)
    assert await money.payer(HOME, ALICE, 20) == POT
    assert await money.payer(HOME, ALICE, 20, channel=CHANNEL + 1) == PURSE
    assert await money.has(user_code(HOME, BOB)) == 80
    await money.clock.advance(3600)
    assert await money.payer(HOME, ALICE, 20) == PURSE
    await money.sponsors.sweep()
    assert await money.has(user_code(HOME, BOB)) == 100
    assert await money.sponsors.seen(CHANNEL) is None


async def test_what_live_edits_hold_comes_back_to_the_sponsor_when_they_end(money: Money) -> None:
    await sponsor(money)
    async with money.db.write() as session:
        pot = await money.ledger.account(session, POT)
        await money.ledger.hold(session, "h", pot, 12, task_seq=None, actor_id=None)
    await money.sponsors.stop(CHANNEL, BOB, may_manage=False)
    assert await money.has(user_code(HOME, BOB)) == 88
    with pytest.raises(BadOption, match="Somebody else pays"):
        await sponsor(money, who=ALICE, key="other")
    async with money.db.write() as session:
        await money.ledger.resolve(session, "h", "r", 5, "house:x")
    for _ in range(2):
        await money.sponsors.sweep()
    assert await money.has(user_code(HOME, BOB)) == 95
    assert (await sponsor(money, who=ALICE, key="mine")).sponsor_id == ALICE


async def test_only_the_sponsor_or_a_moderator_ends_it(money: Money) -> None:
    await sponsor(money)
    with pytest.raises(NotYours):
        await money.sponsors.stop(CHANNEL, ALICE, may_manage=False)
    await money.sponsors.stop(CHANNEL, ALICE, may_manage=True)
    assert await money.has(user_code(HOME, BOB)) == 100


async def test_the_same_sponsor_adds_to_it_and_the_same_key_does_not(money: Money) -> None:
    await sponsor(money)
    assert (await sponsor(money, 5, key="more")).available == 25
    assert (await sponsor(money, 5, key="more")).available == 25


@pytest.mark.parametrize("amount", [0, -5, 10**12, 101])
async def test_no_sponsor_sets_aside_what_cannot_be(money: Money, amount: int) -> None:
    with pytest.raises((BadOption, NotEnoughCredits)):
        await sponsor(money, amount)
    assert await money.has(user_code(HOME, BOB)) == 100


def deed(actor: int, user: int, key: str = "k", guild: int = HOME) -> Deed:
    return Deed(guild, actor, user, key, "because")


@pytest.mark.parametrize("amount", [0, -1, 10**12])
async def test_amounts_that_make_no_sense_move_nothing(money: Money, amount: int) -> None:
    for act in (money.treasury.give, money.treasury.grant, money.treasury.take):
        with pytest.raises(BadOption, match="from 1 to 1,000,000,000"):
            await act(deed(ALICE, BOB), amount)
    with pytest.raises(BadOption):
        await money.treasury.set(deed(ALICE, BOB), -1)


async def test_a_gift_moves_once_and_never_more_than_there_is(money: Money) -> None:
    for _ in range(2):
        await money.treasury.give(deed(ALICE, BOB), 30)
    assert (await money.has(PURSE), await money.has(user_code(HOME, BOB))) == (70, 130)
    with pytest.raises(NotEnoughCredits, match="71 credits and you have 70"):
        await money.treasury.give(deed(ALICE, BOB, "k2"), 71)
    with pytest.raises(BadOption, match="yourself"):
        await money.treasury.give(deed(ALICE, ALICE, "k3"), 1)


async def test_admins_make_credits_at_home_only(money: Money) -> None:
    await money.treasury.grant(deed(ADMIN, ALICE), 1000)
    assert await money.has(PURSE) == 1100
    with pytest.raises(NotEnoughCredits, match="pool has 0"):
        await money.treasury.grant(deed(ADMIN, ALICE, "away", AWAY), 1)
    await money.fill(AWAY, 5, "away-pool")
    await money.treasury.grant(deed(ADMIN, ALICE, "away", AWAY), 5)
    assert await money.has(f"pool:{AWAY}") == 0


async def test_taking_and_setting_go_through_the_pool(money: Money) -> None:
    await money.treasury.take(deed(ADMIN, ALICE), 40)
    assert (await money.has(PURSE), await money.has(POOL)) == (60, 90)
    assert (await money.treasury.set(deed(ADMIN, ALICE, "s1"), 10)).amount == -50
    assert (await money.treasury.set(deed(ADMIN, ALICE, "s2"), 25)).amount == 15
    assert (await money.treasury.set(deed(ADMIN, ALICE, "s3"), 25)).amount == 0
    with pytest.raises(NotEnoughCredits, match="has 25 that are not held"):
        await money.treasury.take(deed(ADMIN, ALICE, "t2"), 26)
    assert (await money.look()).sound
