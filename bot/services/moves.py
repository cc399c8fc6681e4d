"""The guarded writes under `services/tasks.py`: state, event, money and card revision at once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.engine import after_commit
from bot.db.models import ResultRow, TaskEvent, TaskRow
from bot.domain import MOVES, Result, Task, TaskState
from bot.errors import BotError
from bot.providers.base import PricedPer
from bot.services import reading
from bot.services.blobs import Blobs, KeptBlob
from bot.services.ledger import Ledger, house_code
from bot.services.ports import Clock
from bot.services.pricing import settlement
from bot.services.signals import Move, Signals

_tasks = table(TaskRow)
_INSERT = insert(_tasks).returning(*reading.ROW)
_EVENT = insert(table(TaskEvent))
_RESULTS = insert(table(ResultRow))
_GUARDED = (
    update(_tasks)
    .where(
        _tasks.c.id == bindparam("row_id"),
        _tasks.c.state.in_(bindparam("row_states", expanding=True)),
        _tasks.c.attempt == bindparam("row_attempt"),
    )
    .returning(*reading.ROW)
)
_GUARDED_AND_SHOWN = _GUARDED.values(view_rev=_tasks.c.view_rev + 1)


@dataclass(frozen=True, slots=True)
class Ending:
    """What is committed with the last move: results, cost and the member's sentence."""

    results: Sequence[Result] = ()
    blobs: Sequence[KeptBlob] = ()
    error: BotError | None = None
    upstream_cost: str | None = None
    upstream_unit: str | None = None
    notes: tuple[str, ...] = ()


class Moves:
    """Writes one move in the caller's transaction; a row found elsewhere is left alone."""

    def __init__(self, clock: Clock, ledger: Ledger, blobs: Blobs, signals: Signals) -> None:
        self._clock = clock
        self._ledger = ledger
        self._blobs = blobs
        self._signals = signals

    async def end(
        self,
        session: AsyncSession,
        task: Task,
        from_: Collection[TaskState],
        to: TaskState,
        ending: Ending,
    ) -> Task | None:
        """The last move: settles what was delivered and gives the rest of the hold back."""
        delivered = sum(result.blob is not None for result in ending.results)
        charge = settlement(task.held, PricedPer(task.priced_per), task.count, delivered)
        moved = await self.move(
            session, task, from_, to,
            settled=charge,
            held=0,
            error_code=ending.error.code if ending.error else None,
            error_text=ending.error.sentence if ending.error else None,
            upstream_cost=ending.upstream_cost,
            upstream_unit=ending.upstream_unit,
            notes=[*task.notes, *ending.notes],
        )  # fmt: skip
        if moved:
            await self._blobs.record(session, *ending.blobs)
            await _keep_results(session, ending.results)
            await self._ledger.resolve(
                session, f"hold:{task.id}", f"resolve:{task.id}", charge, house_code(task.provider)
            )
        return moved

    async def move(
        self,
        session: AsyncSession,
        task: Task,
        from_: Collection[TaskState],
        to: TaskState,
        *,
        detail: str = "",
        **values: Any,
    ) -> Task | None:
        """One guarded move with its event: the row after it, or None when it stands elsewhere."""
        if any(to not in MOVES[state] for state in from_):
            raise ValueError(f"no move from {sorted(from_)} to {to}")
        now = self._clock.now()
        ended = {"finished_at": now} if to.is_terminal else {}
        moved = await self.guarded(
            session,
            task,
            from_,
            shown=True,
            state=to,
            updated_at=now,
            **ended,
            **values,
        )
        if moved is None:
            return None
        await self.event(session, task.id, task.state, to, moved.attempt, detail)
        self.tell(session, task.id)
        told = Move(task.provider, task.state, to, now, task.queued_at, moved.running_at)
        after_commit(session, lambda: self._signals.moved(told))
        return moved

    async def guarded(
        self,
        session: AsyncSession,
        task: Task,
        from_: Collection[TaskState],
        *,
        shown: bool = False,
        **values: Any,
    ) -> Task | None:
        """Write values while the row is where the caller saw it; what is `shown` is a revision.

        The answer is the row after it, as a reading of it would give it.
        """
        place = {"row_id": task.id, "row_states": list(from_), "row_attempt": task.attempt}
        statement = _GUARDED_AND_SHOWN if shown else _GUARDED
        changed = (await session.execute(statement, {**values, **place})).first()
        return reading.of_row(changed, task.user_id) if changed else None

    async def insert(self, session: AsyncSession, values: dict[str, Any], user_id: int) -> Task:
        """A new row with its first event."""
        now = self._clock.now()
        made = await session.execute(_INSERT, {**values, "created_at": now, "updated_at": now})
        row = made.one()
        await self.event(session, values["id"], None, values["state"], 0)
        self.tell(session, values["id"])
        return reading.of_row(row, user_id)

    async def event(
        self,
        session: AsyncSession,
        task_id: str,
        from_: TaskState | None,
        to: TaskState,
        attempt: int,
        detail: str = "",
    ) -> None:
        """Write down that a task moved."""
        said = {
            "task_id": task_id,
            "from_state": from_,
            "to_state": to,
            "attempt": attempt,
            "detail": detail,
            "at": self._clock.now(),
        }
        await session.execute(_EVENT, said)

    def tell(self, session: AsyncSession, task_id: str) -> None:
        """Once committed, let the view loop know."""
        after_commit(session, lambda: self._signals.changed(task_id))


async def _keep_results(session: AsyncSession, results: Sequence[Result]) -> None:
    rows = [
        {
            "task_id": result.task_id,
            "n": result.n,
            "blob": result.blob,
            "state": result.state,
            "seed": result.seed,
            "remote_id": result.remote_id,
            "remote_index": result.remote_index,
            "outside_changed": result.outside_changed,
        }
        for result in results
    ]
    if rows:
        await session.execute(_RESULTS, rows)
