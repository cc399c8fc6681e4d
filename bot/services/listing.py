"""Tasks as lists: a member's own, or everyone's where the member can view the channel."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, or_, select

from bot.db.engine import Database
from bot.db.models import Person, TaskRow
from bot.domain import TAKEN_AWAY, Task, TaskState
from bot.services import reading
from bot.services.pages import Page, window

PER_PAGE = 6
CHOICES_MAX = 25
LIVE = tuple(state for state in TaskState if not state.is_terminal)


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks: their server, the channels they can view now, and whether they moderate."""

    user_id: int
    guild_id: int
    channel_ids: frozenset[int]
    moderates: bool = False


def mine(viewer: Viewer) -> ColumnElement[bool]:
    """The member's own tasks in this server, drafts too."""
    return and_(TaskRow.guild_id == viewer.guild_id, Person.discord_id == viewer.user_id)


def seen(viewer: Viewer) -> ColumnElement[bool]:
    """Tasks whose card the member could have read; moderators also see what was taken away."""
    shown = and_(TaskRow.card_state.not_in(TAKEN_AWAY), TaskRow.hidden.is_(False))
    return and_(
        TaskRow.guild_id == viewer.guild_id,
        TaskRow.queued_at.is_not(None),
        TaskRow.channel_id.in_(viewer.channel_ids),
        *(() if viewer.moderates else (shown,)),
    )


def known(viewer: Viewer) -> ColumnElement[bool]:
    """Whatever the member may ask about; any other task is like one that never was."""
    return or_(mine(viewer), seen(viewer))


class Listing:
    """Pages in two statements, whatever their length."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def page(self, viewer: Viewer, number: int, *, everyone: bool) -> Page[Task]:
        """Tasks, the newest first."""
        which = seen(viewer) if everyone else mine(viewer)
        counting = select(func.count()).select_from(TaskRow).join(Person).where(which)
        async with self._db.read() as session:
            total = (await session.execute(counting)).scalar_one()
            place = window(total, number, PER_PAGE)
            found = await reading.tasks(
                session, which, newest_first=True, limit=PER_PAGE, offset=place.offset
            )
        return Page(tuple(found), place.number, place.pages, total)

    async def choices(self, viewer: Viewer, text: str, *, live: bool = False) -> list[Task]:
        """What a half-typed task may be: by prompt or id; `live` leaves what can be cancelled."""
        typed = text.strip()
        fits = or_(
            TaskRow.prompt.icontains(typed, autoescape=True),
            TaskRow.id.istartswith(typed, autoescape=True),
        )
        which = known(viewer)
        if live:
            which = known(viewer) if viewer.moderates else mine(viewer)
        async with self._db.read() as session:
            return await reading.tasks(
                session,
                which,
                *((TaskRow.state.in_(LIVE),) if live else ()),
                *((fits,) if typed else ()),
                newest_first=True,
                limit=CHOICES_MAX,
            )
