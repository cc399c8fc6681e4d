"""The painting page's side of the services: a draft is shown, and made an edit by what is drawn.

A draft is its own session: a link leads to it as long as it is one, and the move to `queued` uses
it up, whoever makes it. Looking changes nothing.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from bot.domain import JsonObject, MaskFacts, Task, TaskState
from bot.errors import BadOption, LimitReached, PictureLost, TaskGone
from bot.imaging.page import glance_copy, mask_copy, screen_copy
from bot.imaging.strokes import DOCUMENT_MAX_BYTES
from bot.providers.base import PromptUse, ProviderSpec
from bot.services import reading, wishes
from bot.services.access import Who
from bot.services.board import Board
from bot.services.cards import TaskView
from bot.services.clearing import Cleared
from bot.services.intake import Intake
from bot.services.limits import Limits
from bot.services.looking import Kept, check_coverage
from bot.services.passing import passing_folder
from bot.services.ports import Clock, Pictures
from bot.services.prices import Prices
from bot.services.pricing import Quote, quote
from bot.services.records import from_json, to_json
from bot.services.routing import Routing

STROKES_MAX_BYTES = DOCUMENT_MAX_BYTES
SEEN_AFTER = timedelta(minutes=15)
NOT_YET = "I am just starting and cannot ask Discord yet. Your drawing is kept; try again."
USED = "This link has been used: the edit is on its way, or over. Look at it in Discord."
OVER = "This link is over. In Discord, begin the edit again to get a new one."
NOT_PAINTABLE = "There is nothing to paint on in this edit."
NEEDS_PROMPT = "{} needs a few words: say what should be there. Nothing was charged."


class Membership(Protocol):
    """Asks Discord about a member, as they stand now."""

    async def who(self, user_id: int, guild_id: int, channel_id: int) -> Who:
        """Their roles and place; raises NotAllowed, MissingPermission or LimitReached."""
        ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft as its page begins: all that is chosen so far, and what each count costs."""

    task: Task
    spec: ProviderSpec
    prices: tuple[int, ...]
    prompt_length_max: int


@dataclass(frozen=True, slots=True)
class Painted:
    """What the page sends: `strokes` is the operations' document, `credits` the price it showed."""

    strokes: str = field(repr=False)
    prompt: str = ""
    fields: Mapping[str, str] = field(default_factory=dict[str, str])
    credits: int | None = None


class PriceChanged(LimitReached):
    """The page showed another price; nothing was held."""

    code = "price"

    def __init__(self, shown: int, now: int) -> None:
        super().__init__(
            f"This costs {now:,} credits now, not {shown:,}. Nothing was charged. "
            "Press Start again if that is right."
        )
        self.credits = now


@dataclass(frozen=True, slots=True)
class PaintingTools:
    """What it works with beside the intake and the intake's own tools."""

    pictures: Pictures
    routing: Routing
    limits: Limits
    prices: Prices
    board: Board


class Painting:
    """Everything by a task's id: who may come here is the link's affair."""

    def __init__(self, intake: Intake, tools: PaintingTools) -> None:
        self._intake, self._in = intake, intake.tools
        self._t = tools
        self._membership: Membership | None = None

    def ask(self, membership: Membership) -> None:
        """From now on members are asked about here."""
        self._membership = membership

    async def look(self, task_id: str) -> TaskView:
        """The task as it stands; raises TaskGone once there is nothing to see here any more."""
        views = await self._t.board.view([task_id])
        if not views or _is_over(views[0].task, self._in.clock):
            raise TaskGone(OVER)
        return views[0]

    async def open(self, view: TaskView) -> Opened:
        """What the page needs to begin; raises TaskGone where there is nothing to paint on."""
        task = view.task
        spec = self._t.routing.spec(task.provider)
        if task.picture_blob is None or spec.ops[task.op].mask is None:
            raise TaskGone(NOT_PAINTABLE)
        async with self._in.db.read() as session:
            rate = await self._t.prices.rate_in(session, task.guild_id, spec.slug)
        counts = range(1, wishes.count_max(spec.ops[task.op]) + 1)
        prices = [quote(spec, task.op, count, rate).credits for count in counts]
        if task.count <= len(prices):
            prices[task.count - 1] = task.quoted
        return Opened(task, spec, tuple(prices), self._t.limits.prompt_length_max)

    async def picture(self, task: Task) -> bytes:
        """The picture as a JPEG for the screen."""
        return await self._copy(await self._file(task.picture_blob), screen_copy)

    async def glance(self, task: Task) -> bytes:
        """The picture as a small JPEG, to begin with."""
        return await self._copy(await self._file(task.picture_blob), glance_copy)

    async def mask(self, task: Task) -> bytes:
        """What is marked so far as a PNG for the screen."""
        return await self._copy(await self._file(task.mask_core_blob), mask_copy)

    async def result(self, view: TaskView, n: int) -> bytes:
        """One finished picture as a JPEG for the screen."""
        for result in view.results:
            if result.n == n and result.path and not view.task.hidden:
                return await self._copy(result.path, screen_copy)
        raise TaskGone(OVER)

    async def submit(self, task_id: str, painted: Painted) -> Task:
        """The draft becomes an edit of what was drawn; everything is asked again.

        Raises UserError, and then nothing was kept or held and the draft is as it was. Of two at
        once, one raises TaskGone.
        """
        task = (await self.look(task_id)).task
        if task.state is not TaskState.DRAFT:
            raise TaskGone(USED)
        self._intake.check_open()
        who = await self._who(task)
        asked, tuned = self._asked(task, painted)
        async with self._in.db.read() as session:
            cleared = await self._in.clearing.clear_draft(session, asked, who, has_mask=False)
        if cleared.offers:
            raise LimitReached(cleared.reason)
        with self._in.disk.watching():
            async with passing_folder(self._in.work) as folder:
                kept = await self._drawn(asked, painted, tuned, folder)
            await self._release(task, asked, cleared, kept, painted.credits)
        return (await self.look(task_id)).task

    async def _who(self, task: Task) -> Who:
        if self._membership is None:
            raise LimitReached(NOT_YET)
        if task.user_id is None:
            raise TaskGone(OVER)
        return await self._membership.who(task.user_id, task.guild_id, task.channel_id)

    def _asked(self, task: Task, painted: Painted) -> tuple[Task, wishes.Set]:
        """The draft as the page changed it, without its mask: that is made anew."""
        spec = self._t.routing.spec(task.provider)
        if spec.ops[task.op].prompt is PromptUse.REQUIRED and not painted.prompt.strip():
            raise BadOption(NEEDS_PROMPT.format(spec.title))
        chosen = wishes.read(painted.fields, task, spec)
        asked = replace(
            task,
            prompt=painted.prompt,
            count=chosen.count,
            options=to_json(chosen.options),
        )
        return asked, chosen

    async def _drawn(self, task: Task, painted: Painted, chosen: wishes.Set, folder: Path) -> Kept:
        document = folder / "strokes.json"
        await asyncio.to_thread(document.write_text, painted.strokes, "utf-8", "replace")
        picture = await self._file(task.picture_blob)
        marked = await self._file(task.mask_core_blob) if task.mask_core_blob else None
        return await self._in.looking.draw(picture, document, marked, chosen.tuning, folder)

    async def _release(
        self, task: Task, asked: Task, cleared: Cleared, kept: Kept, shown: int | None
    ) -> None:
        check_coverage(from_json(MaskFacts, kept.columns["mask_facts"]), cleared.op)
        facts = {"picture_facts": task.picture_facts, **kept.columns}
        price = await self._in.quoting.price(cleared, facts)
        if shown is not None and shown != price.credits:
            raise PriceChanged(shown, price.credits)
        columns = {**kept.columns, **_wish_columns(asked, price)}
        try:
            await self._intake.release(task, cleared.request, price, columns, kept)
        except TaskGone:
            raise TaskGone(USED) from None

    async def _copy(self, path: Path, stage: Callable[[Path, Path], Path]) -> bytes:
        async with passing_folder(self._in.work) as folder:
            made = await self._t.pictures.short(stage, path, folder / "copy")
            return await asyncio.to_thread(made.read_bytes)

    async def _file(self, blob: str | None) -> Path:
        async with self._in.db.read() as session:
            paths = await reading.blob_paths(session, self._in.blobs, blob)
        if not paths:
            raise PictureLost
        return paths[0]


def _wish_columns(asked: Task, price: Quote) -> JsonObject:
    return {
        "prompt": asked.prompt,
        "options": asked.options,
        "count": asked.count,
        "quoted": price.credits,
        "priced_per": price.per,
        "draft_reason": None,
    }


def _is_over(task: Task, clock: Clock) -> bool:
    """A draft that came to nothing at once; an edit a little after its end."""
    if task.let_go_at or (task.state.is_terminal and task.queued_at is None):
        return True
    return task.finished_at is not None and task.finished_at + SEEN_AFTER < clock.now()
