"""A hypothesis state machine over every operation on credits, several at once, on a real file.

After each step: the sum over all accounts is 0, nobody is below zero who may not be, every hold is
resolved once at most and carries what it should, and no balance drifts. `make proof` runs it
for thousands of steps; the unit tests run a short one.
"""

import asyncio
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.errors import UserError
from bot.services.allowance import Member
from bot.services.economy import Payer, Period
from bot.services.payers import Spot
from bot.services.treasury import Deed
from tests.services.money import ADMIN, AWAY, HOME, Money, opened

GUILDS = st.sampled_from((HOME, AWAY))
MEMBERS = st.sampled_from((1, 2, 3))
THREADS = st.sampled_from((71, 72))
AMOUNTS = st.integers(-2, 160)
PARTS = st.integers(0, 100)
ORDERS = st.lists(st.sampled_from(tuple(Payer)), min_size=1, max_size=3, unique=True).map(tuple)
SOME = st.integers(1, 4)
STEPS = {"steps": 0}


@dataclass
class Hold:
    """One that was written, and what was resolved of it, if it was."""

    key: str
    amount: int
    resolved: int | None = None


class Credits(RuleBasedStateMachine):
    """Each rule is one act, or the same act several times at the same moment."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        self.stack = AsyncExitStack()
        self.holds: list[Hold] = []
        self.keys = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    def many(self, works: list[Coroutine[Any, Any, Any]]) -> list[Any]:
        """All at the same moment; refusals are answers."""

        async def gathered() -> list[Any]:
            return await asyncio.gather(*works, return_exceptions=True)

        results = self.run(gathered())
        for each in results:
            if isinstance(each, BaseException) and not isinstance(each, UserError):
                raise each
        return results

    def key(self) -> str:
        self.keys += 1
        return f"k{self.keys}"

    @initialize()
    def begin(self) -> None:
        folder = self.stack.enter_context(tempfile.TemporaryDirectory())
        self.money: Money = self.run(self.stack.enter_async_context(opened(Path(folder), 50)))

    @rule(guild=GUILDS, user=MEMBERS, times=SOME)
    def look(self, guild: int, user: int, times: int) -> None:
        member = Member(guild, user, frozenset({user}))
        self.many([self.money.treasury.standing(member) for _ in range(times)])

    @rule(guild=GUILDS, amount=st.integers(1, 300), again=st.booleans())
    def fill(self, guild: int, amount: int, again: bool) -> None:
        key = self.key()
        self.many([self.money.fill(guild, amount, key) for _ in range(1 + again)])

    @rule(
        guild=GUILDS, giver=MEMBERS, taker=MEMBERS, amount=AMOUNTS, times=SOME, once=st.booleans()
    )
    def give(self, guild: int, giver: int, taker: int, amount: int, times: int, once: bool) -> None:
        keys = [self.key()] * times if once else [self.key() for _ in range(times)]
        deeds = [Deed(guild, giver, taker, each) for each in keys]
        self.many([self.money.treasury.give(deed, amount) for deed in deeds])

    @rule(
        guild=GUILDS, user=MEMBERS, amount=AMOUNTS, times=SOME,
        act=st.sampled_from(("grant", "take", "set")),
    )  # fmt: skip
    def administer(self, guild: int, user: int, amount: int, times: int, act: str) -> None:
        done = getattr(self.money.treasury, act)
        deeds = [Deed(guild, ADMIN, user, self.key(), "why") for _ in range(times)]
        self.many([done(deed, amount) for deed in deeds])

    @rule(guild=GUILDS, user=MEMBERS, thread=THREADS, amount=AMOUNTS, hours=st.integers(0, 30))
    def sponsor(self, guild: int, user: int, thread: int, amount: int, hours: int) -> None:
        from datetime import timedelta

        until = self.money.clock.now() + timedelta(hours=hours) if hours else None
        thread += 10 * guild
        start = self.money.sponsors.start
        self.many([start(guild, thread, user, amount, until, self.key()) for _ in range(2)])

    @rule(guild=GUILDS, thread=THREADS, user=MEMBERS)
    def stop_sponsoring(self, guild: int, thread: int, user: int) -> None:
        stop = self.money.sponsors.stop
        self.many([stop(thread + 10 * guild, user, may_manage=True) for _ in range(2)])

    @rule()
    def sweep(self) -> None:
        self.many([self.money.sponsors.sweep() for _ in range(2)])

    @rule(guild=GUILDS, user=MEMBERS, thread=THREADS, amount=st.integers(0, 80), times=SOME)
    def spend(self, guild: int, user: int, thread: int, amount: int, times: int) -> None:
        spot = Spot(guild, thread + 10 * guild, user)
        keys = [self.key() for _ in range(times)]
        results = self.many([self._held(spot, user, amount, each) for each in keys])
        for each, result in zip(keys, results, strict=True):
            if not isinstance(result, BaseException):
                self.holds.append(Hold(f"hold:{each}", amount))

    async def _held(self, spot: Spot, user: int, amount: int, key: str) -> None:
        async with self.money.db.write() as session:
            await self.money.booking.purse(session, Member(spot.guild_id, user))
            payer = await self.money.booking.payer(session, spot, amount)
            held = await self.money.ledger.hold(
                session, f"hold:{key}", payer, amount, task_seq=None, actor_id=None
            )
            assert held, "the payer that was chosen did not cover it"

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), part=PARTS, times=SOME)
    def resolve(self, data: st.DataObject, part: int, times: int) -> None:
        hold = data.draw(st.sampled_from(self.holds))
        amount = hold.amount * part // 100
        results = self.run(self._gathered([self._resolved(hold, amount) for _ in range(times)]))
        won = [each for each in results if not isinstance(each, BaseException)]
        lost = [each for each in results if isinstance(each, BaseException)]
        assert all(isinstance(each, IntegrityError) for each in lost)
        assert len(won) == (1 if hold.resolved is None else 0)
        if won:
            hold.resolved = amount

    async def _gathered(self, works: list[Coroutine[Any, Any, Any]]) -> list[Any]:
        return await asyncio.gather(*works, return_exceptions=True)

    async def _resolved(self, hold: Hold, amount: int) -> None:
        async with self.money.db.write() as session:
            await self.money.ledger.resolve(session, hold.key, f"r{self.key()}", amount, "house:x")

    @rule(
        guild=GUILDS, payers=ORDERS, level=st.integers(0, 120), first=st.integers(0, 60),
        cap=st.none() | st.integers(0, 100), period=st.sampled_from(tuple(Period)),
    )  # fmt: skip
    def change_rules(
        self, guild: int, payers: tuple[Payer, ...], level: int, first: int, cap: int | None,
        period: Period,
    ) -> None:  # fmt: skip
        values = {"payers": payers, "level": level, "first": first, "period": period}
        self.run(self.money.rulebook.change(guild, ADMIN, **values, pool_daily_max=cap))
        self.run(self.money.rulebook.set_role(guild, ADMIN, 1, level + 10))

    @rule(hours=st.integers(1, 60))
    def wait(self, hours: int) -> None:
        self.run(self.money.clock.advance(hours * 3600))

    @invariant()
    def books_are_right(self) -> None:
        STEPS["steps"] += 1
        if not hasattr(self, "money"):
            return
        self.run(self._checked())

    async def _checked(self) -> None:
        async with self.money.db.read() as session:
            drifts = await self.money.ledger.check(session)
            total = await session.execute(text("SELECT sum(available + held) FROM accounts"))
            below = await session.execute(
                text("SELECT code FROM accounts WHERE available < 0 AND code <> 'issuance'")
            )
            held = await session.execute(text("SELECT sum(held) FROM accounts"))
            paid = await session.execute(
                text("SELECT sum(available) FROM accounts WHERE code = 'house:x'")
            )
            twice = await session.execute(
                text("SELECT resolves_id FROM transfers GROUP BY resolves_id"
                     " HAVING resolves_id IS NOT NULL AND count(*) > 1")
            )  # fmt: skip
            assert list(drifts) == []
            assert (total.scalar() or 0) == 0
            assert below.all() == []
            assert twice.all() == []
            open_ = sum(each.amount for each in self.holds if each.resolved is None)
            assert (held.scalar() or 0) == open_
            assert (paid.scalar() or 0) == sum(each.resolved or 0 for each in self.holds)

    def teardown(self) -> None:
        self.run(self.stack.aclose())
        self.loop.close()
