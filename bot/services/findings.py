"""What is wrong with the books, if anything: balances, holds and endings, each recomputed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import case, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.credits import Sponsorship
from bot.db.models import Account, TaskRow, Transfer
from bot.domain import HOLDING, TaskState
from bot.services.recount import Drift, drifts

SHOWN_MAX = 100
_CHARGED = (TaskState.DONE,)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A finished task whose money was not resolved exactly once, or a live one that holds none."""

    task_id: str
    guild_id: int
    state: str
    holds: int
    resolved: int
    why: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An account that holds something else than the live tasks it pays for."""

    code: str
    held: int
    held_by_tasks: int


@dataclass(frozen=True, slots=True)
class Findings:
    """Empty is right; `total` is the sum over all accounts, and is 0.

    `pots` are the servers of sponsors' accounts among them, whose codes name only a thread.
    """

    drifts: Sequence[Drift]
    tasks: Sequence[Unresolved]
    holds: Sequence[Mismatch]
    total: int
    pots: Mapping[str, int] = field(default_factory=dict[str, int])

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.drifts or self.tasks or self.holds or self.total)

    @property
    def count(self) -> int:
        """How many things are wrong."""
        return len(self.drifts) + len(self.tasks) + len(self.holds) + bool(self.total)

    def of_guild(self, guild_id: int) -> "Findings":
        """What of it belongs to one server."""
        return Findings(
            [each for each in self.drifts if self._guild(each.code) == guild_id],
            [each for each in self.tasks if each.guild_id == guild_id],
            [each for each in self.holds if self._guild(each.code) == guild_id],
            0,
            self.pots,
        )

    @property
    def guilds(self) -> set[int]:
        """The servers that something is wrong in."""
        codes = [each.code for each in (*self.drifts, *self.holds)]
        found = {self._guild(code) for code in codes} | {each.guild_id for each in self.tasks}
        return {guild_id for guild_id in found if guild_id}

    def _guild(self, code: str) -> int:
        return self.pots.get(code, 0) or guild_of(code)


def guild_of(code: str) -> int:
    """The server that an account belongs to; 0 for none."""
    kind, _, rest = code.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind in {"user", "pool", "writeoff"} and number.isdecimal() else 0


async def look(session: AsyncSession) -> Findings:
    """Recompute everything, in one reading of the database."""
    total = (await session.execute(select(func.sum(Account.available + Account.held)))).scalar()
    wrong, holds = await drifts(session), await _holds(session)
    pots = await _pots(session, [each.code for each in (*wrong, *holds)])
    return Findings(wrong, await _tasks(session), holds, int(total or 0), pots)


async def _pots(session: AsyncSession, codes: Iterable[str]) -> Mapping[str, int]:
    """The servers of the sponsors' accounts among these."""
    named = [code for code in codes if code.startswith("sponsor:")][:SHOWN_MAX]
    query = (
        select(Account.code, Sponsorship.guild_id)
        .join(Sponsorship, Sponsorship.account_id == Account.id)
        .where(Account.code.in_(named))
    )
    return {row.code: row.guild_id for row in await session.execute(query)} if named else {}


async def _tasks(session: AsyncSession) -> list[Unresolved]:
    """Finished tasks with one hold and one resolution of what they settled; drafts have none."""
    hold, resolve = aliased(Transfer), aliased(Transfer)
    holds, resolved = func.count(hold.id), func.count(resolve.id)
    held = func.coalesce(func.sum(hold.amount), 0)
    paid = func.coalesce(func.sum(resolve.amount), 0)
    live = TaskRow.state.in_(HOLDING)
    went = TaskRow.queued_at.is_not(None)
    why = case(
        (went & (holds != 1), "has not one hold"),
        (~went & (holds != 0), "holds without having begun"),
        (live & (resolved != 0), "is live and resolved"),
        (live & (held != TaskRow.held), "holds another amount"),
        (went & ~live & (resolved != 1), "ended and is not resolved once"),
        (went & ~live & (paid != TaskRow.settled), "settled another amount"),
        (TaskRow.state.not_in(_CHARGED) & (paid != 0), "was charged without a result"),
    )
    query = (
        select(TaskRow.id, TaskRow.guild_id, TaskRow.state, holds, resolved, why)
        .outerjoin(hold, (hold.task_seq == TaskRow.seq) & (hold.kind == "hold"))
        .outerjoin(resolve, resolve.resolves_id == hold.id)
        # In the order of the key, so that nothing is sorted or kept beside.
        .group_by(TaskRow.seq)
        .having(why.is_not(None))
        .limit(SHOWN_MAX)
    )
    return [Unresolved(*row) for row in await session.execute(query)]


async def _holds(session: AsyncSession) -> list[Mismatch]:
    live = (
        select(TaskRow.payer_account_id, func.sum(TaskRow.held).label("held"))
        .where(TaskRow.state.in_(HOLDING))
        .group_by(TaskRow.payer_account_id)
        .subquery()
    )
    by_tasks = func.coalesce(live.c.held, 0)
    query = (
        select(Account.code, Account.held, by_tasks)
        .outerjoin(live, live.c.payer_account_id == Account.id)
        .where(or_(Account.held != 0, by_tasks != 0), Account.held != by_tasks)
        .limit(SHOWN_MAX)
    )
    return [Mismatch(*row) for row in await session.execute(query)]
