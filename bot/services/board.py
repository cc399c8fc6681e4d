"""The view loop's side of the rows: what has to be shown, and the marks of what is shown."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.engine import Database
from bot.db.models import MemberPreferences, TaskRow
from bot.domain import HOLDING, CardState, Origin, Task, TaskState
from bot.providers.base import Provider
from bot.services import prefs, reading
from bot.services.admission import queue_order
from bot.services.blobs import Blobs
from bot.services.cards import PostFile, TaskView
from bot.services.paid_by import paid_by
from bot.services.ports import Clock
from bot.services.posting import Posting
from bot.services.seeing import Seen, view_of

PING_DAYS = 1
_POSTED = case(
    (TaskRow.card_state == CardState.NONE, literal(CardState.POSTED, TaskRow.card_state.type)),
    else_=TaskRow.card_state,
)
_chosen = table(MemberPreferences)
_PINGS = select(_chosen.c.person_id, _chosen.c.ping).where(
    _chosen.c.person_id.in_(bindparam("person_ids", expanding=True))
)
_GONE = {"message_id": None, "card_posting_at": None}
NO_PING = 0  # in place of a message's id: none can be posted, and none will be tried again


class Board:
    """Reads views in a fixed number of statements, whatever their count, and commits marks."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        blobs: Blobs,
        providers: Mapping[str, Provider],
        posting: Posting,
        ping_after_s: float,
    ) -> None:
        self._db = db
        self._clock = clock
        self._blobs = blobs
        self._providers = providers
        self._posting = posting
        self._ping_after_s = ping_after_s

    async def behind(self) -> list[TaskView]:
        """Everything whose card, reply or ping is behind its row, and all that still progresses."""
        async with self._db.read() as session:
            tasks = await reading.tasks(session, _behind(self._clock, self._ping_after_s))
            seen = await self._seen(session, tasks)
        return self._views(tasks, seen)

    async def view(self, task_ids: Collection[str]) -> list[TaskView]:
        """These tasks as they stand now, oldest first."""
        async with self._db.read() as session:
            found = await reading.these(session, list(task_ids))
            tasks = sorted(found, key=lambda task: task.seq)
            seen = await self._seen(session, tasks)
        return self._views(tasks, seen)

    async def post_files(self, view: TaskView, limit_bytes: int, rung: int = 0) -> list[PostFile]:
        """The pictures as they go into the card, each under the limit."""
        return await self._posting.files(view, limit_bytes, rung)

    async def begin_card(self, task_id: str) -> datetime | None:
        """Commit that the card is about to be posted; None when somebody said so before."""
        now = self._clock.now()
        fresh = (TaskRow.card_posting_at.is_(None), TaskRow.card_state == CardState.NONE)
        return now if await self._mark(task_id, *fresh, card_posting_at=now) else None

    async def card_posted(self, task_id: str, message_id: int, rev: int) -> None:
        """The card exists and shows this revision; who wants it gone meanwhile still does."""
        await self._mark(task_id, message_id=message_id, card_state=_POSTED, view_posted=rev)

    async def card_shown(self, task_id: str, rev: int) -> None:
        """The card shows this revision."""
        await self._mark(task_id, TaskRow.view_posted < rev, view_posted=rev)

    async def card_lost(self, task_id: str, *, is_gone: bool = True) -> None:
        """The card shows nothing any more; the results stay, and what may lead to a card there."""
        await self._mark(
            task_id,
            TaskRow.card_state != CardState.DELETING,
            card_state=CardState.LOST,
            view_posted=TaskRow.view_rev,
            **(_GONE if is_gone else {}),
        )

    async def card_gone(self, task_id: str) -> None:
        """The card that was to be brought back is not there any more: a new one is owed."""
        await self._mark(task_id, TaskRow.card_state == CardState.NONE, **_GONE)

    async def bring_back(self, task_id: str, channel_id: int) -> bool:
        """Owe a card in this channel, without another ping; False while there is one.

        One that could not be changed, or found, any more may still be there: it is tried first.
        """
        here = TaskRow.channel_id == channel_id
        begun = and_(here, TaskRow.message_id.is_(None))
        return await self._mark(
            task_id,
            TaskRow.card_state.in_((CardState.LOST, CardState.DELETED)),
            card_state=CardState.NONE,
            channel_id=channel_id,
            message_id=case((here, TaskRow.message_id)),
            card_posting_at=case((begun, TaskRow.card_posting_at)),
            ping_message_id=NO_PING,
            view_rev=TaskRow.view_rev + 1,
        )

    async def card_deleted(self, task_id: str, *, is_gone: bool = True) -> None:
        """The card was taken away as asked, or cannot be: then its id is kept."""
        await self._mark(
            task_id,
            **(_GONE if is_gone else {}),
            card_state=CardState.DELETED,
            ping_message_id=None,
            view_posted=TaskRow.view_rev,
        )

    async def begin_ping(self, task_id: str) -> bool:
        """Commit that the ping is about to be posted; False when somebody said so before."""
        fresh = (TaskRow.ping_posting_at.is_(None), TaskRow.card_state == CardState.POSTED)
        return await self._mark(task_id, *fresh, ping_posting_at=self._clock.now())

    async def ping_posted(self, task_id: str, message_id: int) -> None:
        """The ping exists."""
        await self._mark(task_id, ping_message_id=message_id)

    async def reply_shown(self, task_id: str, rev: int) -> None:
        """The requester's ephemeral reply shows this revision."""
        await self._mark(task_id, TaskRow.reply_posted < rev, reply_posted=rev)

    async def reply_over(self, task_id: str) -> None:
        """The ephemeral reply cannot be edited any more: its token is wiped."""
        await self._mark(
            task_id, reply_token=None, reply_expires_at=None, reply_application_id=None
        )

    async def wipe_replies(self) -> None:
        """Wipe every token whose time is over."""
        over = update(TaskRow).where(TaskRow.reply_expires_at <= self._clock.now())
        async with self._db.write() as session:
            await session.execute(
                over.values(reply_token=None, reply_expires_at=None, reply_application_id=None)
            )

    async def mark_lost_all(self) -> None:
        """All messages are gone (the sandbox's channel starts empty): live tasks get new cards."""
        none_left = {"message_id": None, "reply_token": None, "reply_expires_at": None}
        live = update(TaskRow).where(TaskRow.state.in_((*HOLDING, TaskState.DRAFT)))
        ended = update(TaskRow).where(
            TaskRow.state.not_in((*HOLDING, TaskState.DRAFT)),
            TaskRow.card_state.in_((CardState.NONE, CardState.POSTED, CardState.DELETING)),
        )
        anew = {"card_state": CardState.NONE, "card_posting_at": None, "view_posted": 0}
        lost = {"card_state": CardState.LOST, "view_posted": TaskRow.view_rev}
        async with self._db.write() as session:
            await session.execute(live.values(**none_left, **anew))
            await session.execute(ended.values(**none_left, **lost))

    async def upload_limit(self, guild_id: int) -> int | None:
        """The lower limit in bytes that this guild taught us, if any."""
        async with self._db.read() as session:
            return await prefs.upload_limit(session, guild_id)

    async def limit_lowered(self, guild_id: int, limit_bytes: int) -> None:
        """This guild refused a file that its limit should have let through."""
        async with self._db.write() as session:
            await prefs.lower_upload_limit(session, guild_id, limit_bytes, self._clock)

    async def _mark(self, task_id: str, *where: ColumnElement[bool], **values: Any) -> bool:
        mark = update(TaskRow).where(TaskRow.id == task_id, *where).values(**values)
        async with self._db.write() as session:
            return (await session.execute(mark.returning(TaskRow.id))).first() is not None

    def _views(self, tasks: list[Task], seen: Seen) -> list[TaskView]:
        now = self._clock.now()
        return [view_of(task, self._providers, seen, now, self._ping_after_s) for task in tasks]

    async def _seen(self, session: AsyncSession, tasks: list[Task]) -> Seen:
        done = [task.id for task in tasks if task.state is TaskState.DONE]
        overlays = [task.overlay_blob for task in tasks if task.overlay_blob]
        queued = any(task.state is TaskState.QUEUED for task in tasks)
        return Seen(
            results=await reading.results(session, done) if done else [],
            overlays=await reading.blob_files(session, self._blobs, overlays) if overlays else {},
            places=await _places(session) if queued else {},
            pings=await _pings(session, {task.person_id for task in tasks}),
            blobs=self._blobs,
            payers=await paid_by(session, [task.id for task in tasks]) if tasks else {},
        )


def _behind(clock: Clock, ping_after_s: float) -> ColumnElement[bool]:
    card = and_(
        TaskRow.view_rev > TaskRow.view_posted,
        or_(TaskRow.queued_at.is_not(None), TaskRow.origin == Origin.REPLY),
        TaskRow.card_state.in_((CardState.NONE, CardState.POSTED, CardState.DELETING)),
    )
    reply = and_(TaskRow.reply_token.is_not(None), TaskRow.view_rev > TaskRow.reply_posted)
    ping = and_(
        TaskRow.finished_at > clock.now() - timedelta(days=PING_DAYS),
        TaskRow.ping_message_id.is_(None),
        TaskRow.card_state == CardState.POSTED,
        _ping_wanted(ping_after_s),
    )
    # Progress has no revision of its own, so whoever is shown is looked at again after a restart.
    live = TaskRow.state.in_(HOLDING)
    return or_(card, reply, ping, live)


def _ping_wanted(ping_after_s: float) -> ColumnElement[bool]:
    chosen = select(MemberPreferences.ping).where(MemberPreferences.person_id == TaskRow.person_id)
    choice = func.coalesce(chosen.scalar_subquery(), "long")
    took_us = type_coerce(TaskRow.finished_at, Integer) - type_coerce(TaskRow.created_at, Integer)
    return or_(choice == "always", and_(choice == "long", took_us > ping_after_s * 1e6))


async def _places(session: AsyncSession) -> dict[str, int]:
    rows = await session.execute(_all_places())
    return {row.id: int(row.place) for row in rows}


@cache
def _all_places() -> Select[str, int]:
    order = queue_order()
    return select(order.c.id, order.c.place)


async def _pings(session: AsyncSession, person_ids: Collection[int]) -> dict[int, str]:
    rows = await session.execute(_PINGS, {"person_ids": list(person_ids)})
    return {row.person_id: row.ping for row in rows}
