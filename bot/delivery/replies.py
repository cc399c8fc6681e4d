"""Brings the requester's own answer to where the row is, while its token lives.

Both the loop and the handler that has just answered come through `show`, one at a time for each
task and always with the newest row: so an older picture of a task never covers a newer one.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from weakref import WeakValueDictionary

import discord

from bot.delivery import lanes
from bot.delivery.faults import Fault, fault, wait_s
from bot.delivery.lanes import Kind, Shown, Work
from bot.delivery.look import look_of
from bot.delivery.pictures import Gallery
from bot.delivery.poster import Poster, card_files, overlay_name
from bot.delivery.reply_card import render_reply, shows_overlay
from bot.domain import CardState, ReplyHandle
from bot.log import task_context
from bot.services.cards import PostFile, TaskView

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)

# Of all answers together.
PROGRESS_PER_S = 10.0
PASSING = frozenset({Fault.LATER, Fault.OLD_EDIT})


@dataclass(frozen=True, slots=True)
class _Sent:
    """What one message shows now: kept attachments need not be sent again."""

    token: str
    shown: Shown
    attachments: tuple[discord.Attachment, ...]


class ReplyKeeper:
    """Remembers per task what its answer shows; nothing here has to outlive the process."""

    def __init__(self, app: "App", poster: Poster) -> None:
        self._app = app
        self._cards = app.cards
        self._poster = poster
        self._gallery = Gallery(app, poster)
        self._sent: dict[str, _Sent] = {}
        self._trouble: dict[str, tuple[int, datetime]] = {}
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def work(self, view: TaskView) -> Work | None:
        """What the answer is owed, and when."""
        task_id = view.task.id
        sent = self._sent.get(task_id)
        work = lanes.reply_work(view, sent.shown if sent else None, self._app.clock.now())
        if work is None:
            self._forget(task_id)
            return None
        if sent is not None and work.kind is Kind.PROGRESS:
            work = lanes.delayed(work, sent.shown.at + self._gap())
        _, until = self._trouble.get(task_id, (0, None))
        return lanes.delayed(work, until)

    def _gap(self) -> timedelta:
        """Where many answers live, each moves less often: cards must not wait for them."""
        return timedelta(seconds=len(self._sent) / PROGRESS_PER_S)

    async def act(self, task_id: str) -> Work | None:
        """Edit the answer if that is owed now; the answer is what is owed next."""
        with task_context(task_id):
            view = await self._view(task_id)
            work = self.work(view) if view else None
            if view is None or work is None or work.due_at > self._app.clock.now():
                return work
            sent = self._sent.get(task_id)
            if lanes.reply_is_over(view, sent.shown if sent else None, self._app.clock.now()):
                await self._cards.reply_over(task_id)
            else:
                await self.show(task_id)
            after = await self._view(task_id)
            return self.work(after) if after else None

    async def show(self, task_id: str, via: ReplyHandle | None = None) -> None:
        """Show the newest row; `via` is a fresher token for the same message."""
        lock = self._locks.setdefault(task_id, asyncio.Lock())
        async with lock:
            view = await self._view(task_id)
            if view is None:
                return
            handle = via or stored_handle(view, self._app.clock.now())
            if handle is None:
                return
            try:
                await self._edit(handle, view)
                self._trouble.pop(task_id, None)
            except Exception as error:
                await self._failed(view, error)
                if via is not None and fault(error) is Fault.REFUSED:
                    raise  # a bug of ours: whoever waits for the answer reads its reference

    async def _view(self, task_id: str) -> TaskView | None:
        views = await self._cards.view([task_id])
        if not views:
            return None
        return replace(views[0], paint_url=self._app.paint_link(views[0].task))

    def _forget(self, task_id: str) -> None:
        self._sent.pop(task_id, None)
        self._trouble.pop(task_id, None)
        self._gallery.forget(task_id)

    async def _edit(self, handle: ReplyHandle, view: TaskView) -> None:
        task = view.task
        files = await self._files(view)
        name = overlay_name(view.overlay) if view.overlay and shows_overlay(view) else None
        layout = render_reply(view, name, files)
        look = look_of(layout, files)
        sent = self._sent.get(task.id)
        if sent is None or sent.token != handle.token or sent.shown.print != look:
            kept = self._kept(sent, name) or self._uploads(view, name, files)
            attachments = await self._poster.edit_reply(handle, layout, kept)
        else:
            attachments = list(sent.attachments)
        shown = Shown(lanes.reply_face(view), look, self._app.clock.now())
        self._sent[task.id] = _Sent(handle.token, shown, tuple(attachments))
        await self._cards.reply_shown(task.id, task.view_rev)

    def _kept(self, sent: _Sent | None, name: str | None) -> list[discord.Attachment]:
        """The overlay that the message has already."""
        if sent is None or name is None:
            return []
        return [attachment for attachment in sent.attachments if attachment.filename == name]

    def _uploads(
        self, view: TaskView, name: str | None, files: Sequence[PostFile]
    ) -> list[discord.File]:
        if files:
            return card_files(view, files)
        return [discord.File(view.overlay, filename=name)] if view.overlay and name else []

    async def _files(self, view: TaskView) -> Sequence[PostFile]:
        """The results, where no card can show them."""
        lost = view.task.card_state is CardState.LOST
        return await self._gallery.files(view) if lost else ()

    async def _failed(self, view: TaskView, error: Exception) -> None:
        task_id = view.task.id
        self._sent.pop(task_id, None)
        kind = fault(error)
        if kind is Fault.TOO_LARGE and not self._gallery.gave_up(task_id):
            self._gallery.smaller(task_id)
        elif kind not in PASSING:
            level = logging.ERROR if kind is Fault.REFUSED else logging.INFO
            log.log(level, "the member's answer is over: %s", error)
            await self._cards.reply_over(task_id)
            return
        log.warning("the answer could not be edited: %s: %s", type(error).__name__, error)
        attempt = self._trouble.get(task_id, (0, None))[0] + 1
        wait = timedelta(seconds=max(lanes.retry_s(attempt), wait_s(error)))
        self._trouble[task_id] = attempt, self._app.clock.now() + wait


def stored_handle(view: TaskView, now: datetime) -> ReplyHandle | None:
    """The token that the row keeps, while it lives."""
    task = view.task
    if not lanes.reply_lives(task, now):
        return None
    if task.reply_application_id is None or task.reply_token is None or not task.reply_expires_at:
        return None
    return ReplyHandle(task.reply_application_id, task.reply_token, task.reply_expires_at)
