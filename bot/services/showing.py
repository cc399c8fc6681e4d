"""One task in full, and its card brought back where it is gone."""

from dataclasses import dataclass

from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.domain import CardState, ResultState, Task, TaskState
from bot.errors import TaskGone
from bot.services import reading
from bot.services.board import Board
from bot.services.cards import TaskView
from bot.services.listing import Viewer, known
from bot.services.reports import Reports, ReportView
from bot.services.signals import Signals

UNKNOWN = "I do not know that edit here. Pick one from the list that `task` offers."


@dataclass(frozen=True, slots=True)
class Shown:
    """What `/task show` has to say; `report` is there for moderators, while it is open."""

    view: TaskView
    parent: Task | None
    report: ReportView | None
    is_mine: bool
    may_return: bool


class Showing:
    """Finds a task that the viewer may ask about."""

    def __init__(self, db: Database, board: Board, reports: Reports, signals: Signals) -> None:
        self._db = db
        self._board = board
        self._reports = reports
        self._signals = signals

    async def find(self, viewer: Viewer, task_id: str) -> Task:
        """The task; raises TaskGone for an unknown one, and alike for one they may not see."""
        name = task_id.strip().lower()
        async with self._db.read() as session:
            found = await reading.tasks(session, TaskRow.id == name, known(viewer))
        if not found:
            raise TaskGone(UNKNOWN)
        return found[0]

    async def look(self, viewer: Viewer, task_id: str) -> Shown:
        """All there is to say about it."""
        task = await self.find(viewer, task_id)
        (view,) = await self._board.view([task.id])
        return Shown(
            view=view,
            parent=await self._parent(viewer, task),
            report=await self._reports.open_of(task.id) if viewer.moderates else None,
            is_mine=task.user_id == viewer.user_id,
            may_return=may_return(view, viewer),
        )

    async def bring_back(self, task: Task, channel_id: int) -> bool:
        """Let the view loop post the card anew in this channel."""
        owed = await self._board.bring_back(task.id, channel_id)
        if owed:
            self._signals.changed(task.id)
        return owed

    async def _parent(self, viewer: Viewer, task: Task) -> Task | None:
        """The task that this one went on from, if the viewer may know of it."""
        if task.parent_task_id is None:
            return None
        async with self._db.read() as session:
            found = await reading.tasks(session, TaskRow.id == task.parent_task_id, known(viewer))
        return found[0] if found else None


def may_return(view: TaskView, viewer: Viewer) -> bool:
    """Whether a gone card comes back: to its requester or a moderator, while there is something."""
    task = view.task
    gone = task.card_state in {CardState.LOST, CardState.DELETED}
    if not gone or task.queued_at is None or task.let_go_at or task.hidden:
        return False
    if task.user_id != viewer.user_id and not viewer.moderates:
        return False
    if task.state is TaskState.DONE:
        return any(result.state is ResultState.OK and result.path for result in view.results)
    return not task.state.is_terminal
