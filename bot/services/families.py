"""The edits that belong together: what one came from, and all that came of the first."""

from dataclasses import dataclass

from bot.db.engine import Database
from bot.domain import Task
from bot.services import reading
from bot.services.listing import Viewer, known
from bot.services.pages import Page, window
from bot.services.showing import Showing

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


class Families:
    """Reads a family in one statement; what the viewer may not know of is left out."""

    def __init__(self, db: Database, showing: Showing) -> None:
        self._db = db
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
