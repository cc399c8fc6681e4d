"""Brings one task's card and ping to where its row is; whatever fails, the result is kept."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.delivery import lanes
from bot.delivery.cards import render_card, render_ping
from bot.delivery.faults import Fault, fault
from bot.delivery.lanes import Kind, Shown, Work
from bot.delivery.look import look_of
from bot.delivery.pictures import Gallery
from bot.delivery.poster import (
    UPLOAD_LIMIT_BYTES,
    Poster,
    card_files,
    card_nonce,
    overlay_name,
    posted_files,
)
from bot.delivery.reply_draft import is_asked, render_asked
from bot.delivery.status import face
from bot.delivery.trouble import Trouble
from bot.domain import CardState, Task
from bot.log import task_context
from bot.services.board import NO_PING
from bot.services.cards import PostFile, TaskView

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

REFUSALS_MAX = 3


class CardKeeper:
    """Remembers only what was last sent and what has to wait; the rest is read anew each time."""

    def __init__(self, app: "App", poster: Poster) -> None:
        self._app = app
        self._cards = app.cards
        self._poster = poster
        self._gallery = Gallery(app, poster)
        self._shown: dict[str, Shown] = {}
        self._trouble = Trouble(app.clock)
        self._unarchived: set[str] = set()

    def work(self, view: TaskView) -> Work | None:
        """What this task's channel is owed, and when."""
        now = self._app.clock.now()
        work = lanes.card_work(view, self._shown.get(view.task.id), now)
        if work is None:
            self._forget(view.task.id)
            return None
        return self._trouble.delayed(work, view.task)

    async def act(self, task_id: str) -> Work | None:
        """Make the one request that is owed now; the answer is what is owed next."""
        with task_context(task_id):
            view = await self._view(task_id)
            work = self.work(view) if view else None
            if view is None or work is None or work.due_at > self._app.clock.now():
                return work
            try:
                await self._do(work.kind, view)
            except Exception as error:  # noqa: BLE001 (the guard of one task: the lane goes on)
                await self._failed(work, view, error)
            else:
                self._trouble.over(view.task)
            after = await self._view(task_id)
            return self._next(work, view, after) if after else None

    def _next(self, work: Work, before: TaskView, after: TaskView) -> Work | None:
        owed = self.work(after)
        stuck = owed is not None and owed.kind is work.kind and _marks(after) == _marks(before)
        if owed is None or not stuck or self._trouble.holds(after.task):
            return owed
        self._trouble.fails(owed.task_id)  # the row did not take our mark: never spin on it
        return self.work(after)

    async def _view(self, task_id: str) -> TaskView | None:
        views = await self._cards.view([task_id])
        return views[0] if views else None

    def _forget(self, task_id: str) -> None:
        self._shown.pop(task_id, None)
        self._trouble.forget(task_id)
        self._gallery.forget(task_id)
        self._unarchived.discard(task_id)

    async def _do(self, kind: Kind, view: TaskView) -> None:
        if view.task.card_state is CardState.DELETING or lanes.is_spent(view.task):
            await self._delete(view)
        elif kind is Kind.NEW:
            await self._post(view)
        elif kind is Kind.PING:
            await self._ping(view)
        else:
            await self._edit(view)

    async def _post(self, view: TaskView) -> None:
        task = view.task
        if task.message_id is not None:
            await self._edit(view)
            await self._cards.card_posted(task.id, task.message_id, task.view_rev)
            return
        if task.card_posting_at is not None:
            found = await self._poster.find_card(task, task.card_posting_at)
            if found is not None:
                log.info("found the card that was posted before a stop")
                await self._cards.card_posted(task.id, found, 0)
                return
        posting_at = task.card_posting_at or await self._cards.begin_card(task.id)
        if posting_at is None:
            return
        files = await self._gallery.files(view)
        layout = _layout(view, files)
        nonce = card_nonce(task, posting_at)
        message_id = await self._poster.post_card(task, layout, _uploads(view, files), nonce)
        await self._cards.card_posted(task.id, message_id, task.view_rev)
        self._remember(view, layout, files)

    async def _edit(self, view: TaskView) -> None:
        task = view.task
        # What was let go here is still in the channel, and an edit has to name all that stays.
        kept = await self._poster.attachments(task) if task.let_go_at else []
        files = posted_files(kept) if kept else await self._gallery.files(view)
        layout = _layout(view, files)
        shown = self._shown.get(task.id)
        if shown is None or shown.print != look_of(layout, files):
            await self._poster.edit_card(task, layout, kept or _uploads(view, files))
        if task.view_rev > task.view_posted:
            await self._cards.card_shown(task.id, task.view_rev)
        self._remember(view, layout, files)

    async def _ping(self, view: TaskView) -> None:
        task = view.task
        if task.ping_posting_at is not None:
            found = await self._poster.find_ping(task, task.ping_posting_at)
            if found is not None:
                await self._cards.ping_posted(task.id, found)
                return
        elif not await self._cards.begin_ping(task.id):
            return
        message_id = await self._poster.post_ping(task, render_ping(view))
        await self._cards.ping_posted(task.id, message_id)

    async def _delete(self, view: TaskView) -> None:
        task = view.task
        for message_id in (await self._ping_of(task), await self._card_of(task)):
            if message_id:
                await self._poster.delete(task, message_id)
        await self._cards.card_deleted(task.id)

    async def _card_of(self, task: Task) -> int | None:
        """The card, also one that was posted before a stop."""
        if task.message_id or task.card_posting_at is None:
            return task.message_id
        return await self._poster.find_card(task, task.card_posting_at)

    async def _ping_of(self, task: Task) -> int | None:
        if task.ping_message_id is not None or task.ping_posting_at is None:
            return task.ping_message_id
        return await self._poster.find_ping(task, task.ping_posting_at)

    def _remember(self, view: TaskView, layout: ui.LayoutView, files: Sequence[PostFile]) -> None:
        now = self._app.clock.now()
        self._shown[view.task.id] = Shown(face(view), look_of(layout, files), now)

    async def _failed(self, work: Work, view: TaskView, error: Exception) -> None:
        task = view.task
        match fault(error):
            case Fault.MESSAGE_GONE if work.kind is Kind.NEW and task.message_id is not None:
                await self._cards.card_gone(task.id)
            case Fault.CHANNEL_LOST if work.kind in {Kind.STATE, Kind.PROGRESS} and _works(task):
                log.info("the card cannot be changed for now: %s", error)
                self._trouble.fails(task.id, end_too=False)
            case Fault.MESSAGE_GONE | Fault.CHANNEL_LOST:
                await self._lost(work, view, error)
            case Fault.ARCHIVED:
                await self._archived(work, view, error)
            case Fault.TOO_LARGE if not self._gallery.gave_up(task.id):
                await self._too_large(view)
            case Fault.OLD_EDIT:
                log.info("Discord wants to wait with edits of old messages here")
                self._trouble.fails(task.id, lanes.OLD_EDIT_RETRY_S)
            case Fault.LATER:
                log.warning("Discord did not take it: %s: %s", type(error).__name__, error)
                self._trouble.passes(task, error)
            case _:
                await self._refused(work, view, error)

    async def _lost(self, work: Work, view: TaskView, error: Exception) -> None:
        if work.kind is Kind.PING:
            log.info("no ping: %s", error)
            await self._cards.ping_posted(view.task.id, NO_PING)
            return
        # A card whose id nobody knows was not what the request was about.
        known = view.task.message_id is not None
        is_gone = known and fault(error) is Fault.MESSAGE_GONE
        if view.task.card_state is CardState.DELETING:
            await self._cards.card_deleted(view.task.id, is_gone=is_gone)
            return
        log.warning("the card is lost, the result is kept: %s", error)
        await self._cards.card_lost(view.task.id, is_gone=is_gone)
        if view.task.message_id is not None and not is_gone:
            await self._leave_word(view)

    async def _leave_word(self, view: TaskView) -> None:
        """Say how it ended, where it is only the pictures that cannot be shown."""
        try:
            await self._poster.edit_card(view.task, _layout(view, ()), ())
        except Exception as error:  # noqa: BLE001 (it was only worth a try)
            log.info("the lost card stays as it is: %s", error)

    async def _archived(self, work: Work, view: TaskView, error: Exception) -> None:
        """Open the thread again, once."""
        if view.task.id in self._unarchived:
            await self._lost(work, view, error)
            return
        try:
            await self._poster.unarchive(view.task)
        except Exception as refused:  # noqa: BLE001 (whatever else it is, the card is lost)
            if fault(refused) is Fault.LATER:
                self._trouble.passes(view.task, refused)
            else:
                log.info("the thread cannot be opened: %s", refused)
                await self._lost(work, view, error)
        else:
            self._unarchived.add(view.task.id)

    async def _too_large(self, view: TaskView) -> None:
        task = view.task
        biggest = max((file.bytes for file in await self._gallery.files(view)), default=0)
        if not biggest:
            self._trouble.fails(task.id)  # it was not about our pictures
            return
        log.warning("Discord found %d bytes too large here; trying a smaller copy", biggest)
        self._gallery.smaller(task.id)
        await self._cards.limit_lowered(task.guild_id, min(biggest - 1, UPLOAD_LIMIT_BYTES))

    async def _refused(self, work: Work, view: TaskView, error: Exception) -> None:
        """Discord does not like what we sent: a bug of ours, tried a few times and then let be."""
        log.error("Discord refused a card", exc_info=error)
        if self._trouble.fails(work.task_id) < REFUSALS_MAX:
            return
        if work.kind in {Kind.STATE, Kind.PROGRESS} and _works(view.task):
            await self._cards.card_shown(view.task.id, view.task.view_rev)
        else:
            await self._lost(work, view, error)
        self._trouble.forget(work.task_id)


def _works(task: Task) -> bool:
    """Whether there is an end still to come that its card can show."""
    return task.card_state is CardState.POSTED and not task.state.is_terminal


def _layout(view: TaskView, files: Sequence[PostFile]) -> ui.LayoutView:
    """The message as it is now."""
    if not is_asked(view.task):
        return render_card(view, files)
    return render_asked(view, overlay_name(view.overlay) if view.overlay else None)


def _uploads(view: TaskView, files: Sequence[PostFile]) -> list[discord.File]:
    """Its files, opened for one request, which closes them."""
    if not is_asked(view.task):
        return card_files(view, files)
    shown = view.overlay
    return [discord.File(shown, filename=overlay_name(shown))] if shown else []


def _marks(view: TaskView) -> tuple[object, ...]:
    task = view.task
    return (task.view_posted, task.message_id, task.card_state, task.ping_message_id)
