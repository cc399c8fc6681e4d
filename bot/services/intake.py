"""The one front door: from a wish to a task that is queued, or a draft that asks first.

Nothing is kept, held or written before every check has passed.
"""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database, after_commit
from bot.domain import (
    EditRequest,
    MaskFacts,
    MaskTuning,
    Options,
    Origin,
    ReplyHandle,
    Task,
    TaskState,
)
from bot.errors import LimitReached, NotYours, PictureLost, TaskGone
from bot.providers.base import ProviderSpec
from bot.services import guild_rules, reading, rows
from bot.services.access import Access, Use, Who
from bot.services.blobs import Blobs
from bot.services.booking import Booking, Purse
from bot.services.disk import Disk
from bot.services.guild_rules import GuildRules
from bot.services.limits import Limits
from bot.services.looking import Kept, Looking, check_coverage
from bot.services.ports import Clock
from bot.services.preferences import preferences_of
from bot.services.pricing import quote
from bot.services.records import from_json
from bot.services.routing import Routing
from bot.services.sources import REPORTED, find_source
from bot.services.tasks import Tasks

TWIN_S = 10.0
CLOSED = (
    "I am about to restart, so I take nothing new for a moment. "
    "Nothing was charged; try again in a minute."
)
ASK_FIRST = "You asked to see every edit before it goes. Press Go if this is right."
CANNOT_REPEAT = "That edit cannot be repeated any more. Send its picture again with /inpaint."


@dataclass(frozen=True, slots=True)
class IntakeTools:
    """What the front door needs; `queued` is called after each commit that queued a task."""

    db: Database
    clock: Clock
    tasks: Tasks
    blobs: Blobs
    looking: Looking
    routing: Routing
    access: Access
    limits: Limits
    booking: Booking
    disk: Disk
    work: Path
    draft_minutes: int
    queued: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Cleared:
    """What a request that may be made goes to, and why its member wants to be asked, if so."""

    spec: ProviderSpec
    reason: str | None


class Intake:
    """Every entrance (command, button, reply, page, command line) ends here."""

    def __init__(self, tools: IntakeTools) -> None:
        self._t = tools
        self._open = True

    def close(self) -> None:
        """Take nothing new; the bot is stopping."""
        self._open = False

    async def submit(self, request: EditRequest) -> Task:
        """Queue the wish, or make it a draft; raises UserError, and then nothing was kept or held.

        The same `request_key` again gives the task that it made the first time.
        """
        if seen := await self._seen(request.request_key):
            return seen
        cleared = await self._checked(request)
        spec = cleared.spec
        async with self._t.db.read() as session:
            source = await find_source(session, request, self._t.blobs)
        async with self._folder() as folder:
            kept = await self._t.looking.look(request, source, spec.ops[request.op], folder)
        parent = {"parent_task_id": source.parent_id, "parent_result_n": source.result_n}
        reason = {"draft_reason": kept.columns["draft_reason"] or cleared.reason}
        return await self.book(request, spec, {**kept.columns, **parent, **reason}, kept)

    async def go(self, task_id: str, who: Who, reply: ReplyHandle | None = None) -> Task:
        """A draft becomes an edit; everything is asked again. A second press changes nothing."""
        task = await self._own(task_id, who)
        if task.state is not TaskState.DRAFT:
            return task
        self._check_open()
        rules = await self._ask(task, who)
        self._t.limits.under(rules).check_prompt(task.prompt)
        spec = self._t.routing.narrowed(rules.providers).spec(task.provider)
        check_coverage(from_json(MaskFacts, task.mask_facts), spec.ops[task.op])
        amount = quote(spec, task.op, task.count).credits
        async with self._t.db.write() as session:
            purse = await self._purse(session, task.guild_id, who.user_id)
            columns = {"held": amount, "quoted": amount, "payer_account_id": purse.account_id}
            if not await self._t.tasks.enqueue(
                session, task, **columns, **rows.reply_columns(reply)
            ):
                raise TaskGone
            await self._t.booking.hold(session, task, purse, amount)
            after_commit(session, self._t.queued)
        return await self._own(task_id, who)

    async def invert(self, task_id: str, who: Who) -> Task:
        """Turn a draft's mask around and show it anew."""
        task = await self._own(task_id, who)
        await self._ask(task, who)
        tuning = from_json(MaskTuning, task.mask_operations)
        turned = replace(tuning, invert=not tuning.invert)
        async with self._t.db.read() as session:
            paths = await reading.blob_paths(
                session, self._t.blobs, task.picture_blob, task.mask_core_blob
            )
        if len(paths) < 2:
            raise PictureLost
        async with self._folder() as folder:
            kept = await self._t.looking.turn(task, paths[0], paths[1], turned, folder)
        async with self._t.db.write() as session:
            await self._t.blobs.record(session, *kept.blobs)
            if not await self._t.tasks.redraft(session, task, kept.columns):
                raise TaskGone
        return await self._own(task_id, who)

    async def again(
        self, task_id: str, who: Who, request_key: str, reply: ReplyHandle | None = None
    ) -> Task:
        """The same edit with a new seed for whoever pressed; a quick second press does nothing."""
        old = await self._t.tasks.get(task_id)
        if old is None or old.guild_id != who.guild_id:
            raise TaskGone(CANNOT_REPEAT)
        if not old.state.is_terminal or old.picture_blob is None:
            raise TaskGone(CANNOT_REPEAT)
        if old.hidden:
            raise TaskGone(REPORTED)
        request = rows.repeated(old, who, request_key, reply)
        async with self._t.db.read() as session:
            if twin := await self._twin(session, request):
                return twin
        cleared = await self._checked(request)
        columns = {**rows.copied_columns(old), "draft_reason": cleared.reason}
        return await self.book(request, cleared.spec, columns, None)

    async def _checked(self, request: EditRequest) -> Cleared:
        """All that can be asked before any file is opened."""
        self._check_open()
        async with self._t.db.read() as session:
            rules = await self._rules(session, request)
            wishes = await preferences_of(session, request.user_id)
            limits = self._t.limits.under(rules)
            limits.check_prompt(request.prompt)
            spec = self._t.routing.narrowed(
                rules.providers, wishes.default_provider, rules.default_provider
            ).choose(request)
            price = quote(spec, request.op, request.count)
            person_id = await reading.known_person(session, request.user_id)
            await limits.check_live(session, person_id or 0, request.guild_id)
            await self._t.booking.check(session, request.guild_id, request.user_id, price.credits)
        return Cleared(spec, ASK_FIRST if wishes.ask_first else None)

    async def _rules(self, session: AsyncSession, request: EditRequest) -> GuildRules:
        """The server's rules once they let the request in; the command line has none."""
        if request.origin is Origin.CLI:
            return GuildRules()
        who = Who(request.user_id, request.guild_id, request.role_ids, request.place_ids)
        texts = _texts(request.prompt, request.options)
        there = who.moved_to(request.channel_id)
        return await self._t.access.admit(session, there, Use.EDIT, *texts)

    async def _ask(self, task: Task, who: Who) -> GuildRules:
        """The rules of where the task's card goes, asked of whoever presses now."""
        if task.origin is Origin.CLI:
            return GuildRules()
        texts = _texts(task.prompt, from_json(Options, task.options))
        there = who.moved_to(task.channel_id)
        async with self._t.db.read() as session:
            return await self._t.access.admit(session, there, Use.EDIT, *texts)

    async def book(
        self, request: EditRequest, spec: ProviderSpec, columns: dict[str, Any], kept: Kept | None
    ) -> Task:
        """Write the task with its hold; the same request key gives the task it made before."""
        price = quote(spec, request.op, request.count)
        row = {**rows.request_columns(request, spec, price), **columns}
        try:
            return await self._commit(request, row, kept, price.credits)
        except IntegrityError:
            # Only a replay of the same request can have taken its key since we looked.
            if seen := await self._seen(request.request_key):
                return seen
            raise

    async def _commit(
        self, request: EditRequest, row: dict[str, Any], kept: Kept | None, amount: int
    ) -> Task:
        now = self._t.clock.now()
        async with self._t.db.write() as session:
            if twin := await self._twin(session, request):
                return twin
            purse = await self._purse(session, request.guild_id, request.user_id)
            await self._t.blobs.record(session, *(kept.blobs if kept else ()))
            row["person_id"] = purse.person_id
            if row["draft_reason"]:
                waits = rows.draft_columns(now, self._t.draft_minutes)
                return await self._t.tasks.insert(
                    session, {**row, **waits, "state": TaskState.DRAFT}
                )
            held = {"held": amount, "payer_account_id": purse.account_id, "queued_at": now}
            task = await self._t.tasks.insert(session, {**row, **held, "state": TaskState.QUEUED})
            await self._t.booking.hold(session, task, purse, amount)
            after_commit(session, self._t.queued)
            return task

    async def _purse(self, session: AsyncSession, guild_id: int, user_id: int) -> Purse:
        purse = await self._t.booking.purse(session, guild_id, user_id)
        limits = self._t.limits.under(await guild_rules.load(session, guild_id))
        await limits.check_live(session, purse.person_id, guild_id)
        return purse

    async def _own(self, task_id: str, who: Who) -> Task:
        task = await self._t.tasks.get(task_id)
        if task is None or task.guild_id != who.guild_id:
            raise TaskGone
        if task.user_id != who.user_id:
            raise NotYours
        return task

    async def _seen(self, request_key: str) -> Task | None:
        async with self._t.db.read() as session:
            return await reading.by_request_key(session, request_key)

    async def _twin(self, session: AsyncSession, request: EditRequest) -> Task | None:
        """What the same member's press on the same button made a moment ago."""
        if request.origin is not Origin.BUTTON or request.parent_task_id is None:
            return None
        since = self._t.clock.now() - timedelta(seconds=TWIN_S)
        person_id = await reading.known_person(session, request.user_id)
        return await reading.recent_twin(session, request.parent_task_id, person_id or 0, since)

    def _check_open(self) -> None:
        if not self._open:
            raise LimitReached(CLOSED)
        self._t.disk.check()

    @asynccontextmanager
    async def _folder(self) -> AsyncGenerator[Path]:
        folder = self._t.work / f"in-{uuid4().hex}"
        await asyncio.to_thread(folder.mkdir, parents=True)
        try:
            yield folder
        finally:
            await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)


def _texts(prompt: str, options: Options) -> tuple[str, ...]:
    """All that a member wrote for an edit in words of their own."""
    return (prompt, options.negative_prompt or "", *options.extra.values())
