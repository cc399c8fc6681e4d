"""Reported pictures: hidden at once, told to the server's moderators once, and decided once."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Integer, cast, func, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bot.db.engine import Database, after_commit
from bot.db.guilds import GuildSettings, Report
from bot.db.models import Person, TaskRow
from bot.domain import CardState, Task
from bot.errors import TaskGone
from bot.services import prefs, reading
from bot.services.ports import Clock
from bot.services.signals import Signals

_CHANNEL = cast(func.json_extract(GuildSettings.settings, "$.report_channel"), Integer)


class Decision(StrEnum):
    """What a moderator found."""

    RESTORE = "restore"
    DELETE = "delete"


class Reported(StrEnum):
    """What became of a member's report."""

    HIDDEN = "hidden"
    ALREADY = "already"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class ReportView:
    """Everything that a report's message shows; `channel_id` is where the server wants it."""

    id: int
    task: Task
    reporter_id: int | None
    at: datetime
    channel_id: int | None
    message_id: int | None
    decision: Decision | None
    decider_id: int | None
    decided_at: datetime | None


class Reports:
    """Writes reports and decisions; `waiting` is set when there may be something to tell."""

    def __init__(self, db: Database, clock: Clock, signals: Signals) -> None:
        self._db = db
        self._clock = clock
        self._signals = signals
        self.waiting = asyncio.Event()

    async def report(self, task_id: str, guild_id: int, user_id: int) -> Reported:
        """Hide a task's pictures until somebody decides; a second report changes nothing."""
        async with self._db.write() as session:
            task = await reading.task(session, task_id)
            if task is None or task.guild_id != guild_id:
                raise TaskGone
            if (before := await _standing(session, task_id)) is not None:
                return before
            await session.execute(
                insert(Report).values(
                    task_id=task_id,
                    person_id=await prefs.person_id(session, user_id, self._clock),
                    at=self._clock.now(),
                )
            )
            await self._change(session, task_id, hidden=True)
        return Reported.HIDDEN

    async def unsent(self) -> list[ReportView]:
        """Open reports that their server's report channel has not been told of."""
        return await self._views(
            Report.decision.is_(None), Report.message_id.is_(None), _CHANNEL.is_not(None)
        )

    async def view(self, report_id: int) -> ReportView | None:
        """One report as it stands."""
        found = await self._views(Report.id == report_id)
        return found[0] if found else None

    async def open_of(self, task_id: str) -> ReportView | None:
        """The report of a task that nobody has decided yet."""
        found = await self._views(Report.task_id == task_id, Report.decision.is_(None))
        return found[0] if found else None

    async def sent(self, report_id: int, message_id: int) -> None:
        """The moderators can read it."""
        told = update(Report).where(Report.id == report_id).values(message_id=message_id)
        async with self._db.write() as session:
            await session.execute(told)

    async def decide(
        self, report_id: int, guild_id: int, user_id: int, decision: Decision
    ) -> ReportView:
        """Show the pictures again, or take the card away; the first decision holds."""
        async with self._db.write() as session:
            decider = await prefs.person_id(session, user_id, self._clock)
            here = select(TaskRow.id).where(TaskRow.guild_id == guild_id)
            decided = (
                update(Report)
                .where(Report.id == report_id, Report.decision.is_(None), Report.task_id.in_(here))
                .values(decision=decision, decided_by_id=decider, decided_at=self._clock.now())
                .returning(Report.task_id)
            )
            task_id = (await session.execute(decided)).scalar()
            if task_id is not None:
                await self._carry_out(session, task_id, decision)
        view = await self.view(report_id)
        if view is None or view.task.guild_id != guild_id:
            raise TaskGone
        return view

    async def _carry_out(self, session: AsyncSession, task_id: str, decision: Decision) -> None:
        if decision is Decision.RESTORE:
            await self._change(session, task_id, hidden=False)
            return
        # What is not posted cannot be taken away; `hidden` keeps it from being posted again.
        posted = update(TaskRow).where(
            TaskRow.id == task_id, TaskRow.card_state == CardState.POSTED
        )
        await session.execute(posted.values(card_state=CardState.DELETING))
        await self._change(session, task_id, hidden=True)

    async def _change(self, session: AsyncSession, task_id: str, *, hidden: bool) -> None:
        changed = update(TaskRow).where(TaskRow.id == task_id)
        await session.execute(changed.values(hidden=hidden, view_rev=TaskRow.view_rev + 1))
        after_commit(session, lambda: self._signals.changed(task_id))
        after_commit(session, self.waiting.set)

    async def _views(self, *where: ColumnElement[bool]) -> list[ReportView]:
        reporter, decider = aliased(Person), aliased(Person)
        query = (
            select(Report, reporter.discord_id, decider.discord_id, _CHANNEL)
            .join(TaskRow, TaskRow.id == Report.task_id)
            .join(reporter, reporter.id == Report.person_id)
            .outerjoin(decider, decider.id == Report.decided_by_id)
            .outerjoin(GuildSettings, GuildSettings.guild_id == TaskRow.guild_id)
            .where(*where)
            .order_by(Report.id)
        )
        async with self._db.read() as session:
            rows = (await session.execute(query)).all()
            tasks = await reading.tasks(session, TaskRow.id.in_([row[0].task_id for row in rows]))
        by_id = {task.id: task for task in tasks}
        return [_view(row[0], by_id[row[0].task_id], *row[1:]) for row in rows]


def _view(
    report: Report, task: Task, reporter: int | None, decider: int | None, channel_id: int | None
) -> ReportView:
    return ReportView(
        id=report.id,
        task=task,
        reporter_id=reporter,
        at=report.at,
        channel_id=channel_id,
        message_id=report.message_id,
        decision=Decision(report.decision) if report.decision else None,
        decider_id=decider,
        decided_at=report.decided_at,
    )


async def _standing(session: AsyncSession, task_id: str) -> Reported | None:
    """What an earlier report of this task means for the next one."""
    query = select(Report.decision).where(Report.task_id == task_id)
    decisions = set((await session.execute(query)).scalars())
    if None in decisions:
        return Reported.ALREADY
    if decisions:
        return Reported.KEPT if Decision.DELETE not in decisions else Reported.ALREADY
    return None
