"""What a member is owed by itself: a first grant, and a top-up to a level once a period.

Outside the operator's home servers all of it comes out of the server's pool, whole or not at all.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.models import Account
from bot.services import economy, forgotten
from bot.services.economy import Economy, Period
from bot.services.ledger import Ledger, Purpose, pool_code, user_code
from bot.services.ports import Clock

_accounts = table(Account)
_PURSE = select(
    _accounts.c.id, _accounts.c.available + _accounts.c.held, _accounts.c.created_at
).where(_accounts.c.code == bindparam("code"))
OWN_PURSES = 0  # the guild id of purses outside any server, which are the operator's own


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a server, with the roles that they have now."""

    guild_id: int
    user_id: int
    role_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Grant:
    """One that is due; `key` completes the transfer's key once the account is open."""

    purpose: Purpose
    key: str
    amount: int


@dataclass(frozen=True, slots=True)
class Due:
    """What would be granted now; `short` says that the pool could not pay for all of it."""

    grants: tuple[Grant, ...] = ()
    short: bool = False

    @property
    def total(self) -> int:
        """All of it together."""
        return sum(grant.amount for grant in self.grants)


@dataclass(frozen=True, slots=True)
class _Purse:
    """An account as it stands; one that was never opened has none of it."""

    id: int | None = None
    credits: int = 0
    opened_at: datetime | None = None


class Allowances:
    """Reads what is due and grants it, each under a key of its account and period."""

    def __init__(
        self, ledger: Ledger, clock: Clock, home_guilds: Collection[int], first: int
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._home = frozenset({*home_guilds, OWN_PURSES})
        self._first = first

    def mints(self, guild_id: int) -> bool:
        """Whether grants in this server are new credits, not taken from its pool."""
        return guild_id in self._home

    async def source(self, session: AsyncSession, guild_id: int) -> int:
        """The account that grants in this server come from."""
        if self.mints(guild_id):
            return await self._ledger.issuance(session)
        return await self._ledger.account(session, pool_code(guild_id))

    async def due(self, session: AsyncSession, member: Member) -> Due:
        """What the member would get now; writes nothing."""
        chosen = await economy.load(session, member.guild_id)
        purse = await _purse(session, user_code(member.guild_id, member.user_id))
        returned = await forgotten.was_here(session, member.guild_id, member.user_id)
        wanted = await self._wanted(session, member, chosen, purse, returned)
        if self.mints(member.guild_id):
            return Due(wanted)
        left = (await self._ledger.balance(session, pool_code(member.guild_id)))[0]
        paid: list[Grant] = []
        for grant in wanted:
            if grant.amount <= left:
                paid.append(grant)
                left -= grant.amount
        return Due(tuple(paid), short=len(paid) < len(wanted))

    async def give(self, session: AsyncSession, member: Member, account_id: int) -> Due:
        """Grant what is due, in the caller's transaction."""
        due = await self.due(session, member)
        if due.grants:
            source = await self.source(session, member.guild_id)
            for grant in due.grants:
                key = grant.key.format(account_id)
                await self._ledger.move(
                    session, key, source, account_id, grant.amount, purpose=grant.purpose
                )
        return due

    async def _wanted(
        self,
        session: AsyncSession,
        member: Member,
        chosen: Economy,
        purse: _Purse,
        returned: bool,
    ) -> tuple[Grant, ...]:
        first = self._first if chosen.first is None else chosen.first
        wanted: list[Grant] = []
        # What a returning member had before they were forgotten is not had again.
        if first and not returned and await self._unused(session, purse, "first:{}"):
            wanted.append(Grant(Purpose.FIRST, "first:{}", first))
        missing = chosen.level_of(member.role_ids) - purse.credits - sum(g.amount for g in wanted)
        key, began = _period(chosen.period, self._clock.now())
        had = returned and (purse.opened_at is None or purse.opened_at >= began)
        if missing > 0 and not had and await self._unused(session, purse, key):
            wanted.append(Grant(Purpose.TOPUP, key, missing))
        return tuple(wanted)

    async def _unused(self, session: AsyncSession, purse: _Purse, key: str) -> bool:
        return purse.id is None or not await self._ledger.used(session, key.format(purse.id))


async def _purse(session: AsyncSession, code: str) -> _Purse:
    row = (await session.execute(_PURSE, {"code": code})).first()
    return _Purse(*row) if row else _Purse()


def _period(period: Period, now: datetime) -> tuple[str, datetime]:
    """The key of the period that this moment is in, with its beginning; days are UTC's."""
    today = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period is Period.DAILY:
        return f"topup:{{}}:{today:%Y-%m-%d}", today
    monday = today - timedelta(days=today.weekday())
    return f"topup:{{}}:week-{monday:%Y-%m-%d}", monday
