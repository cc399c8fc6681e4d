"""How many tasks are where, and who is paused: statements over what is live, whatever ended."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.domain import TaskState
from bot.services.pauses import Pause, kept

log = logging.getLogger(__name__)
LIVE = tuple(state for state in TaskState if not state.is_terminal)
# Written out, because SQLite takes the partial index only for the condition it was made with.
LIVE_ROWS = text("state IN ('draft','queued','ready','submitting','running')")


@dataclass(frozen=True, slots=True)
class Census:
    """Live tasks by provider and state; `queued_since` is when the longest waiting one came.

    `pauses` may be over already: they know when.
    """

    counts: Mapping[tuple[str, TaskState], int] = field(
        default_factory=dict[tuple[str, TaskState], int]
    )
    queued_since: datetime | None = None
    pauses: Sequence[Pause] = ()

    @property
    def queue_length(self) -> int:
        """Tasks that hold credits and wait for their turn."""
        return sum(n for (_, state), n in self.counts.items() if state is TaskState.QUEUED)


async def take(db: Database) -> Census | None:
    """Count; None while the database does not answer."""
    query = (
        select(TaskRow.provider, TaskRow.state, func.count(), func.min(TaskRow.queued_at))
        .where(LIVE_ROWS)
        .group_by(TaskRow.provider, TaskRow.state)
    )
    try:
        async with db.read() as session:
            rows = (await session.execute(query)).all()
            paused = await kept(session)
    except (SQLAlchemyError, OSError) as error:
        log.warning("the tasks could not be counted: %s", error)
        return None
    counts = {(provider, state): count for provider, state, count, _ in rows}
    waiting = [since for _, state, _, since in rows if state is TaskState.QUEUED and since]
    return Census(counts, min(waiting, default=None), paused)
