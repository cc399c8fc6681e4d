"""Which account pays for an edit: the first in the server's order that covers the whole quote."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import bindparam, case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.credits import Sponsorship
from bot.db.models import Account, TaskRow
from bot.domain import HOLDING
from bot.errors import NotEnoughCredits
from bot.services import economy, forgotten, prefs
from bot.services.economy import Economy, Payer
from bot.services.ledger import Ledger, pool_code, user_code
from bot.services.ports import Clock

_accounts, _sponsors = table(Account), table(Sponsorship)
_STANDING = select(_accounts.c.id, _accounts.c.available).where(
    _accounts.c.code == bindparam("code")
)
_SPONSORED = (
    select(_accounts.c.id, _accounts.c.available)
    .join(_sponsors, _sponsors.c.account_id == _accounts.c.id)
    .where(
        _sponsors.c.guild_id == bindparam("guild_id"),
        _sponsors.c.thread_id == bindparam("thread_id"),
        _sponsors.c.closed_at.is_(None),
        _sponsors.c.ended_at.is_(None),
        or_(_sponsors.c.until.is_(None), _sponsors.c.until > bindparam("now")),
    )
)


@dataclass(frozen=True, slots=True)
class Spot:
    """Who wants to spend, and where the card goes."""

    guild_id: int
    channel_id: int
    user_id: int


@dataclass(frozen=True, slots=True)
class Pocket:
    """One account that could pay, and the most that it would; no id: not opened yet."""

    payer: Payer
    account_id: int | None
    most: int


class Payers:
    """Reads balances and caps; the hold itself is a conditional UPDATE of the ledger's."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock

    async def pockets(self, session: AsyncSession, spot: Spot) -> Sequence[Pocket]:
        """All that may pay here, in the server's order."""
        chosen = await economy.load(session, spot.guild_id)
        found = [await self._pocket(session, chosen, each, spot) for each in chosen.payers]
        return [pocket for pocket in found if pocket]

    async def choose(self, session: AsyncSession, spot: Spot, amount: int) -> int:
        """The account that pays, all of it. Raises NotEnoughCredits with what each one has."""
        if amount == 0:
            return await self._ledger.account(session, user_code(spot.guild_id, spot.user_id))
        pockets = await self.pockets(session, spot)
        for pocket in pockets:
            if pocket.account_id is not None and pocket.most >= amount:
                return pocket.account_id
        raise too_few(amount, pockets)

    async def _pocket(
        self, session: AsyncSession, chosen: Economy, payer: Payer, spot: Spot
    ) -> Pocket | None:
        match payer:
            case Payer.OWN:
                code = user_code(spot.guild_id, spot.user_id)
                return Pocket(payer, *await _standing(session, code))
            case Payer.POOL:
                return await self._pool(session, chosen, spot)
            case Payer.SPONSOR:
                return await self._sponsor(session, spot)

    async def _pool(self, session: AsyncSession, chosen: Economy, spot: Spot) -> Pocket | None:
        account_id, available = await _standing(session, pool_code(spot.guild_id))
        if account_id is None:
            return None
        if chosen.pool_daily_max is not None:
            spent = await self._spent_today(session, account_id, spot)
            available = min(available, max(0, chosen.pool_daily_max - spent))
        return Pocket(Payer.POOL, account_id, available)

    async def _spent_today(self, session: AsyncSession, account_id: int, spot: Spot) -> int:
        now = self._clock.now()
        person_id = await prefs.known_person(session, spot.user_id)
        # Whoever was forgotten today has no second share of it.
        before = await forgotten.spent_today(session, spot.guild_id, spot.user_id, now)
        return before + await spent_today(session, account_id, person_id, now)

    async def _sponsor(self, session: AsyncSession, spot: Spot) -> Pocket | None:
        here = {"guild_id": spot.guild_id, "thread_id": spot.channel_id}
        row = (await session.execute(_SPONSORED, {**here, "now": self._clock.now()})).first()
        return Pocket(Payer.SPONSOR, row.id, row.available) if row else None


async def spent_today(
    session: AsyncSession, account_id: int, person_id: int | None, now: datetime
) -> int:
    """What this account paid, or holds, for somebody's edits since midnight UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    cost = case((TaskRow.state.in_(HOLDING), TaskRow.held), else_=TaskRow.settled)
    query = select(func.coalesce(func.sum(cost), 0)).where(
        TaskRow.person_id == person_id,
        TaskRow.payer_account_id == account_id,
        TaskRow.queued_at >= midnight,
    )
    return int((await session.execute(query)).scalar_one())


async def _standing(session: AsyncSession, code: str) -> tuple[int | None, int]:
    row = (await session.execute(_STANDING, {"code": code})).first()
    return (row.id, row.available) if row else (None, 0)


_SAID = {
    Payer.OWN: "you have {}",
    Payer.POOL: "the server's pool has {} for you today",
    Payer.SPONSOR: "this thread's sponsor has {} left",
}
SHORT = (
    "You are owed credits, but this server's pool is too empty to grant them. "
    "Ask an admin to have it filled"
)


def too_few(amount: int, pockets: Sequence[Pocket], *, short: bool = False) -> NotEnoughCredits:
    """The refusal, with what each account could have paid."""
    told = [_SAID[pocket.payer].format(f"{pocket.most:,}") for pocket in pockets]
    have = ", ".join(told) or "nobody pays for edits here"
    way = "Ask for fewer pictures, or ask an admin for credits."
    if short:
        way = f"{SHORT}, or pick a provider that is free: `/providers` shows who costs what."
    return NotEnoughCredits(f"This costs {amount:,} credits and {have}. {way}")
