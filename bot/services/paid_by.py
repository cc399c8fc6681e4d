"""Who a task's credits came from, as people call it."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.credits import Sponsorship
from bot.db.models import Account, Person, TaskRow
from bot.services.economy import Payer


@dataclass(frozen=True, slots=True)
class PaidBy:
    """`user_id` is the member or sponsor; None for the pool, and for who was forgotten."""

    payer: Payer
    user_id: int | None = None


_tasks, _people, _accounts = table(TaskRow), table(Person), table(Account)
_sponsorships, _sponsors = table(Sponsorship), table(Person).alias("sponsors")
_SPONSOR = (
    select(_sponsors.c.discord_id)
    .join(_sponsorships, _sponsorships.c.person_id == _sponsors.c.id)
    .where(
        _sponsorships.c.account_id == _tasks.c.payer_account_id,
        _sponsorships.c.started_at <= _tasks.c.queued_at,
    )
    .order_by(_sponsorships.c.id.desc())
    .limit(1)
    .correlate(_tasks)
    .scalar_subquery()
)
# Asked whenever a card or an answer is looked at.
_PAID_BY = (
    select(_tasks.c.id, _accounts.c.code, _people.c.discord_id, _SPONSOR)
    .join(_accounts, _accounts.c.id == _tasks.c.payer_account_id)
    .join(_people, _people.c.id == _tasks.c.person_id)
    .where(_tasks.c.id.in_(bindparam("task_ids", expanding=True)))
)


async def paid_by(session: AsyncSession, task_ids: Collection[str]) -> dict[str, PaidBy]:
    """Who pays, or paid, for each of these tasks; one statement."""
    rows = await session.execute(_PAID_BY, {"task_ids": list(task_ids)})
    return {row[0]: _named(row[1], row[2], row[3]) for row in rows}


def _named(code: str, member: int | None, sponsor: int | None) -> PaidBy:
    if code.startswith("pool:"):
        return PaidBy(Payer.POOL)
    if code.startswith("sponsor:"):
        return PaidBy(Payer.SPONSOR, sponsor)
    return PaidBy(Payer.OWN, member)
