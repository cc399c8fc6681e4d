"""The files behind a finished edit's menu: its exact result, and the three pictures to compare."""

from pathlib import Path

from bot.db.engine import Database
from bot.errors import BadParent, PictureLost
from bot.imaging.compare import draw_comparison
from bot.services import reading
from bot.services.blobs import Blobs
from bot.services.cards import ResultView, TaskView
from bot.services.listing import Viewer
from bot.services.ports import Pictures
from bot.services.showing import Showing
from bot.services.sources import NO_PICTURE, REPORTED


class Looks:
    """Whoever may ask about a task may look at its results, until it is reported or let go."""

    def __init__(self, db: Database, blobs: Blobs, pictures: Pictures, showing: Showing) -> None:
        self._db = db
        self._blobs = blobs
        self._pictures = pictures
        self._showing = showing

    async def result(self, viewer: Viewer, task_id: str, n: int) -> tuple[TaskView, ResultView]:
        """One result with its task; raises TaskGone or BadParent."""
        view = await self.task(viewer, task_id)
        for each in view.results:
            if each.n == n and each.path and not view.task.let_go_at:
                return view, each
        raise BadParent(NO_PICTURE)

    async def task(self, viewer: Viewer, task_id: str) -> TaskView:
        """The task; raises TaskGone, or BadParent for one that was reported."""
        view = (await self._showing.look(viewer, task_id)).view
        if view.task.hidden:
            raise BadParent(REPORTED)
        return view

    async def compared(self, view: TaskView, result: ResultView, folder: Path) -> Path:
        """Before, mask and after as one picture in the folder. Raises PictureLost."""
        async with self._db.read() as session:
            task = view.task
            paths = await reading.blob_paths(
                session, self._blobs, task.picture_blob, task.mask_blob
            )
        if len(paths) < 2 or result.path is None:
            raise PictureLost
        before, mask = paths
        out = folder / f"compare-{view.task.id}-{result.n}.jpg"
        return await self._pictures.short(draw_comparison, before, mask, result.path, out)
