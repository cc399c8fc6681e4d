"""The one front door: from a wish to a task that is queued, or a draft that asks first.

Nothing is kept, held or written before every check has passed.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database, after_commit
from bot.domain import (
    PASTED_BACK,
    EditRequest,
    MaskSource,
    Origin,
    ReplyHandle,
    Task,
    TaskState,
)
from bot.errors import LimitReached, NotYours, TaskGone
from bot.providers.base import ProviderSpec
from bot.services import prefs, reading, rows
from bot.services.access import Who
from bot.services.allowance import Member
from bot.services.blobs import Blobs
from bot.services.booking import Booking
from bot.services.clearing import Cleared, Clearing
from bot.services.disk import Disk
from bot.services.limits import DRAFTS_MAX
from bot.services.looking import Kept, Looking
from bot.services.passing import passing_folder
from bot.services.payers import Spot
from bot.services.places import understood
from bot.services.ports import Clock
from bot.services.pricing import Quote, quote
from bot.services.quoting import Quoting
from bot.services.sources import REPORTED, was_deleted
from bot.services.tasks import Tasks
from bot.services.tuning import Change, redraw, reword, turned

TWIN_S = 10.0
CLOSED = "I am about to restart, so I take nothing new for a moment. Try again in a minute."
CANNOT_REPEAT = "That edit cannot be repeated any more. Send its picture again with /inpaint."
# What is made without a picture has neither files nor facts of them.
_BARE = Kept({"mask_source": MaskSource.NONE}, ())


@dataclass(frozen=True, slots=True)
class IntakeTools:
    """What the front door needs; `queued` is called after each commit that queued a task."""

    db: Database
    clock: Clock
    tasks: Tasks
    blobs: Blobs
    looking: Looking
    clearing: Clearing
    quoting: Quoting
    booking: Booking
    disk: Disk
    work: Path
    draft_minutes: int
    queued: Callable[[], None]


class Intake:
    """Every entrance (command, button, reply, page, command line) ends here."""

    def __init__(self, tools: IntakeTools) -> None:
        self._t = tools
        self._open = True

    @property
    def tools(self) -> IntakeTools:
        """For those who prepare what it is to release."""
        return self._t

    def close(self) -> None:
        """Take nothing new; the bot is stopping."""
        self._open = False

    async def submit(self, request: EditRequest) -> Task:
        """Queue the wish, or make it a draft; raises UserError, and then nothing was kept or held.

        The same `request_key` again gives the task that it made the first time, and so does a
        second press on the same button within TWIN_S.
        """
        request = understood(request)
        async with self._t.db.read() as session:
            if seen := await self._seen(session, request):
                return seen
            self.check_open()
            cleared = await self._t.clearing.clear(session, request)
        with self._t.disk.watching():
            return await self._taken(cleared)

    async def _taken(self, cleared: Cleared) -> Task:
        async with passing_folder(self._t.work) as folder:
            kept = await self._looked(cleared, folder)
        source = cleared.source
        columns = {
            **kept.columns,
            "parent_task_id": source.parent_id,
            "parent_result_n": source.result_n,
            **cleared.asking(kept.columns.get("draft_reason")),
            "notes": [*kept.columns.get("notes", ()), *cleared.notes],
        }
        return await self._quoted(cleared, columns, kept)

    async def go(self, task_id: str, who: Who, reply: ReplyHandle | None = None) -> Task:
        """A draft becomes an edit; everything is asked again. A second press changes nothing.

        Where the price has changed since, the draft stays one and shows the new price.
        """
        task = await self.own(task_id, who)
        if task.state is not TaskState.DRAFT:
            return task
        self.check_open()
        async with self._t.db.read() as session:
            cleared = await self._t.clearing.clear_draft(session, task, who)
        if cleared.offers:
            columns = rows.offered_columns(cleared.offers, cleared.reason)
            return await self._redrafted(task, who, columns, reply)
        price = await self._t.quoting.price(cleared, rows.facts_columns(task))
        if price.credits != task.quoted:
            return await self._redrafted(task, who, rows.requoted_columns(task, price), reply)
        await self.release(task, cleared.request, price, rows.reply_columns(reply))
        return await self.own(task_id, who)

    async def release(
        self,
        task: Task,
        request: EditRequest,
        price: Quote,
        columns: dict[str, Any],
        kept: Kept | None = None,
    ) -> None:
        """Queue a draft with its hold in one commit; raises TaskGone when it is none any more."""
        async with self._t.db.write() as session:
            purse = await self._t.clearing.purse(session, _member(request))
            payer = await self._t.booking.payer(session, _spot(request), price.credits)
            await self._t.blobs.record(session, *(kept.blobs if kept else ()))
            held = {"held": price.credits, "payer_account_id": payer}
            if not await self._t.tasks.enqueue(session, task, **{**columns, **held}):
                raise TaskGone
            await self._t.booking.hold(session, task, purse, payer, price.credits)
            after_commit(session, self._t.queued)

    async def _redrafted(
        self, task: Task, who: Who, columns: dict[str, Any], reply: ReplyHandle | None
    ) -> Task:
        async with self._t.db.write() as session:
            if not await self._t.tasks.redraft(
                session, task, {**columns, **rows.reply_columns(reply)}
            ):
                raise TaskGone
        return await self.own(task.id, who)

    async def invert(self, task_id: str, who: Who) -> Task:
        """Turn a draft's mask around and show it anew."""
        return await self.redraw(task_id, who, turned)

    async def redraw(self, task_id: str, who: Who, change: Change) -> Task:
        """Make a draft's mask anew and show it; raises TaskGone when it is none any more."""
        await redraw(self._t, await self.own(task_id, who), who, change)
        return await self.own(task_id, who)

    async def reword(self, task_id: str, who: Who, prompt: str) -> Task:
        """Give a draft other words and show it; raises TaskGone when it is none any more."""
        await reword(self._t, await self.own(task_id, who), who, prompt)
        return await self.own(task_id, who)

    async def again(
        self,
        task_id: str,
        who: Who,
        request_key: str,
        reply: ReplyHandle | None = None,
        prompt: str | None = None,
    ) -> Task:
        """The same edit with a new seed, or other words; a quick second press does nothing."""
        old = await self._t.tasks.get(task_id)
        if old is None or old.guild_id != who.guild_id:
            raise TaskGone(CANNOT_REPEAT)
        if was_deleted(old) and old.user_id != who.user_id:
            raise TaskGone(CANNOT_REPEAT)
        lost = old.picture_blob is None if old.op in PASTED_BACK else old.let_go_at is not None
        if not old.state.is_terminal or lost:
            raise TaskGone(CANNOT_REPEAT)
        if old.hidden:
            raise TaskGone(REPORTED)
        request = rows.repeated(old, who, request_key, reply, prompt)
        async with self._t.db.read() as session:
            if seen := await self._seen(session, request, old.mask_blob):
                return seen
            self.check_open()
            cleared = await self._t.clearing.clear_again(session, request)
        columns = {**rows.copied_columns(old), **cleared.asking()}
        return await self._quoted(cleared, columns, None)

    async def _looked(self, cleared: Cleared, folder: Path) -> Kept:
        if cleared.op.mask is None:
            return _BARE
        return await self._t.looking.look(cleared.request, cleared.source, cleared.op, folder)

    async def _quoted(self, cleared: Cleared, columns: dict[str, Any], kept: Kept | None) -> Task:
        price = await self._t.quoting.price(cleared, columns)
        return await self.book(cleared.request, cleared.spec, columns, kept, price)

    async def book(
        self,
        request: EditRequest,
        spec: ProviderSpec,
        columns: dict[str, Any],
        kept: Kept | None,
        price: Quote | None = None,
    ) -> Task:
        """Write the task with its hold; the same request key gives the task it made before."""
        price = price or quote(spec, request.op, request.count)
        row = {**rows.request_columns(request, spec, price), **columns}
        try:
            return await self._commit(request, row, kept, price.credits)
        except IntegrityError:
            # Only a replay of the same request can have taken its key since we looked.
            async with self._t.db.read() as session:
                if seen := await self._seen(session, request):
                    return seen
            raise

    async def _commit(
        self, request: EditRequest, row: dict[str, Any], kept: Kept | None, amount: int
    ) -> Task:
        now = self._t.clock.now()
        async with self._t.db.write() as session:
            if twin := await self._twin(session, request, row.get("mask_blob")):
                return twin
            purse = await self._t.clearing.purse(session, _member(request))
            await self._t.blobs.record(session, *(kept.blobs if kept else ()))
            row["person_id"] = purse.person_id
            if row["draft_reason"]:
                await self._t.tasks.make_room(session, purse.person_id, DRAFTS_MAX)
                waits = rows.draft_columns(now, self._t.draft_minutes, request.origin)
                draft = {**row, **waits, "state": TaskState.DRAFT}
                return await self._t.tasks.insert(session, draft, request.user_id)
            payer = await self._t.booking.payer(session, _spot(request), amount)
            held = {"held": amount, "payer_account_id": payer, "queued_at": now}
            queued = {**row, **held, "state": TaskState.QUEUED}
            task = await self._t.tasks.insert(session, queued, request.user_id)
            await self._t.booking.hold(session, task, purse, payer, amount)
            after_commit(session, self._t.queued)
            return task

    async def own(self, task_id: str, who: Who) -> Task:
        """The member's own task; raises TaskGone or NotYours."""
        task = await self._t.tasks.get(task_id)
        if task is None or task.guild_id != who.guild_id:
            raise TaskGone
        if task.user_id != who.user_id:
            raise NotYours
        return task

    async def _seen(
        self, session: AsyncSession, request: EditRequest, mask_blob: str | None = None
    ) -> Task | None:
        """What this very request has made, or the press before it."""
        if seen := await reading.by_request_key(session, request.request_key):
            return seen
        return await self._twin(session, request, mask_blob)

    async def _twin(
        self, session: AsyncSession, request: EditRequest, mask_blob: str | None
    ) -> Task | None:
        """What the same member's press on the same button made a moment ago."""
        if request.origin is not Origin.BUTTON or request.parent_task_id is None:
            return None
        since = self._t.clock.now() - timedelta(seconds=TWIN_S)
        person_id = await prefs.known_person(session, request.user_id)
        return await reading.recent_twin(session, request, mask_blob, person_id or 0, since)

    def check_open(self) -> None:
        """Raise LimitReached while nothing new is taken."""
        if not self._open:
            raise LimitReached(CLOSED)
        self._t.disk.check()


def _member(request: EditRequest) -> Member:
    return Member(request.guild_id, request.user_id, request.role_ids)


def _spot(request: EditRequest) -> Spot:
    return Spot(request.guild_id, request.channel_id, request.user_id)
