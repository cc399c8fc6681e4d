"""What an admin reads of a server's credits: what was charged, and what admins moved and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.credits import TransferReason
from bot.db.engine import Database
from bot.db.models import Account, Person, Transfer
from bot.providers.base import Provider
from bot.services.charges import Charge, charges
from bot.services.pages import Page, window
from bot.services.ports import Clock

DAYS = 30
PER_PAGE = 8
DEEDS_SHOWN = 5


@dataclass(frozen=True, slots=True)
class DeedDone:
    """An admin's grant or taking."""

    at: datetime
    purpose: str
    amount: int
    account: str
    actor_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Books:
    """A page of a server's days, and the newest deeds."""

    charges: Page[Charge]
    deeds: Sequence[DeedDone]


class Bookkeeping:
    """Reads; the days of a few weeks through their index, deeds through their reasons."""

    def __init__(self, db: Database, clock: Clock, providers: Mapping[str, Provider]) -> None:
        self._db = db
        self._clock = clock
        self._providers = providers

    async def books(self, guild_id: int, number: int) -> Books:
        """A page of the last days."""
        specs = {slug: provider.spec for slug, provider in self._providers.items()}
        since = self._clock.now() - timedelta(days=DAYS)
        async with self._db.read() as session:
            found = await charges(session, specs, since, guild_id)
            deeds = await _deeds(session, guild_id)
        place = window(len(found), number, PER_PAGE)
        shown = tuple(found[place.offset : place.offset + PER_PAGE])
        return Books(Page(shown, place.number, place.pages, len(found)), deeds)


async def _deeds(session: AsyncSession, guild_id: int) -> list[DeedDone]:
    from_, to = aliased(Account), aliased(Account)
    member = f"user:{guild_id}:%"
    query = (
        select(
            Transfer.at, Transfer.purpose, Transfer.amount, from_.code, to.code,
            Person.discord_id, TransferReason.reason,
        )
        .join(Transfer, Transfer.id == TransferReason.transfer_id)
        .join(from_, from_.id == Transfer.from_id)
        .join(to, to.id == Transfer.to_id)
        .outerjoin(Person, Person.id == Transfer.actor_id)
        .where(or_(from_.code.like(member), to.code.like(member)))
        .order_by(TransferReason.transfer_id.desc())
        .limit(DEEDS_SHOWN)
    )  # fmt: skip
    return [_deed(*row) for row in await session.execute(query)]


def _deed(
    at: datetime, purpose: str | None, amount: int, source: str, target: str,
    actor_id: int | None, reason: str,
) -> DeedDone:  # fmt: skip
    account = source if source.startswith("user:") else target
    return DeedDone(at, purpose or "moved", amount, account, actor_id, reason)
