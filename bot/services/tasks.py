"""The only writer of `tasks.state`: every move is guarded and carries its money with it."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database, after_commit
from bot.db.models import TaskRow
from bot.domain import HOLDING, CardState, Task, TaskState
from bot.errors import BotError, NotYours
from bot.providers.base import Provider
from bot.services import reading
from bot.services.moves import Ending, Moves
from bot.services.ports import Clock

S = TaskState
GAVE_WAY = "You have begun many newer drafts since, so I let this one go."


class CancelOutcome(StrEnum):
    """What became of a wish to cancel."""

    CANCELLED = "cancelled"
    ASKED = "asked"
    TOO_LATE = "too_late"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class Sent:
    """What is committed once a provider has taken the job."""

    remote_id: str
    remote_state: dict[str, Any]
    deadline_s: float
    next_s: float = 0.0


class Tasks:
    """Moves tasks along `MOVES`; False from a move: its row stands elsewhere, nothing changed."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        moves: Moves,
        providers: Mapping[str, Provider],
        nudge: Callable[[str], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._moves = moves
        self._providers = providers
        self._nudge = nudge

    async def get(self, task_id: str) -> Task | None:
        """The task as it stands, or None."""
        async with self._db.read() as session:
            return await reading.task(session, task_id)

    async def usable_parents(
        self,
        user_id: int,
        guild_id: int,
        viewable_channels: frozenset[int],
        text: str,
        limit: int = 25,
    ) -> list[Task]:
        """Finished tasks of this guild that the member may go on from, newest first."""
        async with self._db.read() as session:
            return await reading.usable_parents(
                session, user_id, guild_id, viewable_channels, text, limit
            )

    async def submitting(self, task: Task, client_ref: str, fit: dict[str, Any]) -> Task | None:
        """T3, the intent: committed immediately before the one starting call."""
        return await self._commit(
            task,
            {S.READY},
            S.SUBMITTING,
            attempt=task.attempt + 1,
            client_ref=client_ref,
            fit=fit,
            submitted_at=self._clock.now(),
            next_at=None,
        )

    async def not_sent(self, task: Task, retry_s: float) -> Task | None:
        """The job surely never arrived: back to ready, to be tried again later."""
        due = self._clock.now() + timedelta(seconds=retry_s)
        return await self._commit(task, {S.SUBMITTING}, S.READY, detail="not sent", next_at=due)

    async def running(self, task: Task, sent: Sent) -> Task | None:
        """T4: the provider has the job."""
        now = self._clock.now()
        return await self._commit(
            task,
            {S.SUBMITTING},
            S.RUNNING,
            remote_id=sent.remote_id,
            remote_state=sent.remote_state,
            running_at=now,
            deadline_at=now + timedelta(seconds=sent.deadline_s),
            next_at=now + timedelta(seconds=sent.next_s),
        )

    async def progress(
        self, task: Task, remote_state: dict[str, Any], next_s: float
    ) -> Task | None:
        """Remember how far a running job is; no move, and no new card revision."""
        now = self._clock.now()
        async with self._db.write() as session:
            return await self._moves.guarded(
                session, task, {S.RUNNING},
                remote_state=remote_state, next_at=now + timedelta(seconds=next_s), updated_at=now,
            )  # fmt: skip

    async def done(self, task: Task, ending: Ending) -> Task | None:
        """T5: results, settlement and the last move in one commit; files are on disk already."""
        async with self._db.write() as session:
            return await self._moves.end(session, task, {S.RUNNING}, S.DONE, ending)

    async def fail(self, task: Task, error: BotError) -> Task | None:
        """End with the member's sentence; the whole hold goes back."""
        return await self._finish(task, HOLDING, S.FAILED, Ending(error=error))

    async def unknown(self, task: Task, error: BotError) -> Task | None:
        """The submit's outcome cannot be known: refunded, and never sent again by itself."""
        return await self._finish(task, {S.SUBMITTING}, S.UNKNOWN, Ending(error=error))

    async def cancelled(self, task: Task) -> Task | None:
        """The provider confirmed that the job is taken back."""
        return await self._finish(task, {S.RUNNING}, S.CANCELLED, Ending())

    async def cancel_refused(self, task: Task) -> bool:
        """The provider keeps the job: it goes on, and no Cancel is shown any more."""
        async with self._db.write() as session:
            state = {**task.remote_state, "cancel_refused": True}
            changed = await self._moves.guarded(
                session, task, {S.RUNNING},
                shown=True, cancel_requested=False, remote_state=state,
            )  # fmt: skip
            self._moves.tell(session, task.id)
            return changed is not None

    async def expire_drafts(self) -> None:
        """End the drafts whose time is over."""
        now = self._clock.now()
        async with self._db.write() as session:
            rows = await reading.tasks(
                session, TaskRow.state == S.DRAFT, TaskRow.draft_expires_at <= now
            )
            for task in rows:
                await self._moves.move(session, task, {S.DRAFT}, S.EXPIRED)

    async def make_room(self, session: AsyncSession, person_id: int, drafts_max: int) -> None:
        """Let a member's oldest drafts go where one more would be more than `drafts_max`."""
        mine = (TaskRow.person_id == person_id, TaskRow.state == S.DRAFT)
        too_many = await reading.tasks(session, *mine, newest_first=True, offset=drafts_max - 1)
        for task in too_many:
            await self._moves.move(session, task, {S.DRAFT}, S.EXPIRED, error_text=GAVE_WAY)

    async def cancel(self, task_id: str, user_id: int, may_manage: bool) -> CancelOutcome:
        """A member's wish; what is not at the provider yet ends at once, with its refund."""
        async with self._db.write() as session:
            task = await reading.task(session, task_id)
            if task is None or task.state.is_terminal:
                return CancelOutcome.GONE
            if task.user_id != user_id and not may_manage:
                raise NotYours
            after_commit(session, lambda: self._nudge(task_id))
            return await self._cancel(session, task)

    async def _cancel(self, session: AsyncSession, task: Task) -> CancelOutcome:
        if task.state is S.DRAFT:
            await self._moves.move(session, task, {S.DRAFT}, S.CANCELLED)
            return CancelOutcome.CANCELLED
        if task.state in {S.QUEUED, S.READY}:
            await self._moves.end(session, task, {task.state}, S.CANCELLED, Ending())
            return CancelOutcome.CANCELLED
        provider = self._providers.get(task.provider)
        settled = "done" in task.remote_state or task.remote_state.get("cancel_refused")
        if settled or provider is None or not provider.spec.cancels:
            return CancelOutcome.TOO_LATE
        await self._ask_cancel(session, task)
        return CancelOutcome.ASKED

    async def delete(self, task_id: str, user_id: int, may_manage: bool) -> bool:
        """Let the view loop take the card away; False when there is none to take."""
        async with self._db.write() as session:
            task = await reading.task(session, task_id)
            if (
                task is None
                or not task.state.is_terminal
                or task.card_state is not CardState.POSTED
            ):
                return False
            if task.user_id != user_id and not may_manage:
                raise NotYours
            await session.execute(
                update(TaskRow)
                .where(TaskRow.id == task_id)
                .values(card_state=CardState.DELETING, view_rev=TaskRow.view_rev + 1)
            )
            self._moves.tell(session, task_id)
            return True

    async def enqueue(self, session: AsyncSession, task: Task, **values: Any) -> bool:
        """A draft becomes queued, in the caller's transaction with its hold."""
        queued = await self._moves.move(
            session, task, {S.DRAFT}, S.QUEUED, queued_at=self._clock.now(), **values
        )
        return queued is not None

    async def insert(self, session: AsyncSession, values: dict[str, Any], user_id: int) -> Task:
        """A new row of this member's with its first event, in the caller's transaction."""
        return await self._moves.insert(session, values, user_id)

    async def redraft(self, session: AsyncSession, task: Task, columns: dict[str, Any]) -> bool:
        """Give a waiting draft another mask; no move, but a new revision to show."""
        changed = await self._moves.guarded(
            session,
            task,
            {S.DRAFT},
            shown=True,
            updated_at=self._clock.now(),
            **columns,
        )
        self._moves.tell(session, task.id)
        return changed is not None

    async def admit(self, session: AsyncSession, task: Task) -> bool:
        """Admission picked it: a place at its provider is this task's now."""
        return await self._moves.move(session, task, {S.QUEUED}, S.READY) is not None

    async def _commit(
        self,
        task: Task,
        from_: Collection[TaskState],
        to: TaskState,
        *,
        detail: str = "",
        **values: Any,
    ) -> Task | None:
        async with self._db.write() as session:
            return await self._moves.move(session, task, from_, to, detail=detail, **values)

    async def _finish(
        self, task: Task, from_: Collection[TaskState], to: TaskState, ending: Ending
    ) -> Task | None:
        async with self._db.write() as session:
            return await self._moves.end(session, task, from_, to, ending)

    async def _ask_cancel(self, session: AsyncSession, task: Task) -> None:
        asked = update(TaskRow).where(TaskRow.id == task.id)
        await session.execute(asked.values(cancel_requested=True, view_rev=TaskRow.view_rev + 1))
        self._moves.tell(session, task.id)
