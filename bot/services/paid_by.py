"""Who a task's credits came from, as people call it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.credits import Sponsorship
from bot.db.models import Account, Person, TaskRow
from bot.services.economy import Payer


@dataclass(frozen=True, slots=True)
class PaidBy:
    """`user_id` is the member or sponsor; None for the pool, and for who was forgotten."""

    payer: Payer
    user_id: int | None = None


async def paid_by(session: AsyncSession, task_ids: Collection[str]) -> dict[str, PaidBy]:
    """Who pays, or paid, for each of these tasks; one statement."""
    sponsor = (
        select(Person.discord_id)
        .join(Sponsorship, Sponsorship.person_id == Person.id)
        .where(
            Sponsorship.account_id == TaskRow.payer_account_id,
            Sponsorship.started_at <= TaskRow.queued_at,
        )
        .order_by(Sponsorship.id.desc())
        .limit(1)
        .correlate(TaskRow)
        .scalar_subquery()
    )
    query = (
        select(TaskRow.id, Account.code, Person.discord_id, sponsor)
        .join(Account, Account.id == TaskRow.payer_account_id)
        .join(Person, Person.id == TaskRow.person_id)
        .where(TaskRow.id.in_(task_ids))
    )
    return {row[0]: _named(row[1], row[2], row[3]) for row in await session.execute(query)}


def _named(code: str, member: int | None, sponsor: int | None) -> PaidBy:
    if code.startswith("pool:"):
        return PaidBy(Payer.POOL)
    if code.startswith("sponsor:"):
        return PaidBy(Payer.SPONSOR, sponsor)
    return PaidBy(Payer.OWN, member)
