"""The edits that belong together: what one came from, and all that came of the first."""

import logging
from dataclasses import dataclass
from pathlib import Path

from bot.db.engine import Database
from bot.domain import ResultState, Task
from bot.errors import BotError
from bot.imaging.contact import draw_contact_sheet
from bot.services import reading
from bot.services.blobs import Blobs
from bot.services.listing import Viewer, known
from bot.services.pages import Page, window
from bot.services.ports import Pictures
from bot.services.showing import Showing
from bot.services.sources import was_deleted

log = logging.getLogger(__name__)

PER_PAGE = 8
FAMILY_MAX = 400


@dataclass(frozen=True, slots=True)
class Member:
    """One edit of a family; `depth` counts the steps from the first."""

    task: Task
    depth: int


@dataclass(frozen=True, slots=True)
class Family:
    """A page of it, as a viewer may know it; `first` is missing where they may not know that one.

    `about` is the edit that was asked about.
    """

    about: Task
    first: Task | None
    page: Page[Member]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Small pictures of a page's members; `numbers` are their places on it, from 1."""

    path: Path
    numbers: tuple[int, ...]


class Families:
    """Reads a family in one statement; what the viewer may not know of is left out."""

    def __init__(self, db: Database, blobs: Blobs, pictures: Pictures, showing: Showing) -> None:
        self._db = db
        self._blobs = blobs
        self._pictures = pictures
        self._showing = showing

    async def of(self, viewer: Viewer, task_id: str, number: int) -> Family:
        """A page of the edit's family; raises TaskGone for an edit that they may not know of."""
        about = await self._showing.find(viewer, task_id)
        async with self._db.read() as session:
            found = await reading.family(session, about.id, known(viewer), limit=FAMILY_MAX)
        members = tuple(Member(task, depth) for task, depth in found)
        place = window(len(members), number, PER_PAGE)
        shown = members[place.offset : place.offset + PER_PAGE]
        first = members[0].task if members and members[0].depth == 0 else None
        return Family(about, first, Page(shown, place.number, place.pages, len(members)))

    async def sheet(self, family: Family, folder: Path) -> Sheet | None:
        """The first result of each on the page, drawn into the folder; None where there is none.

        What was reported or deleted is not on it, whoever looks.
        """
        shown = [
            (number, member.task.id)
            for number, member in enumerate(family.page.items, 1)
            if not member.task.hidden and not was_deleted(member.task)
        ]
        files = await self._first_results([task_id for _, task_id in shown])
        numbered = [(number, files[task_id]) for number, task_id in shown if task_id in files]
        if not numbered:
            return None
        path = folder / f"family-{family.about.id}.jpg"
        try:
            drawn = await self._pictures.short(draw_contact_sheet, numbered, path)
        except BotError as error:
            log.warning("a family is shown without its pictures: %s", error)
            return None
        return Sheet(path, tuple(drawn))

    async def _first_results(self, task_ids: list[str]) -> dict[str, Path]:
        async with self._db.read() as session:
            found = await reading.results(session, task_ids)
        files: dict[str, Path] = {}
        for result, blob in found:
            if result.state is ResultState.OK and blob:
                files.setdefault(result.task_id, self._blobs.path(blob.id, blob.suffix))
        return files
