"""A view loop on a stage: rows in a dict, Discord as a list of what was asked of it."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from discord import ui

from bot.delivery.post import ViewLoop
from bot.delivery.replies import ReplyKeeper
from bot.domain import CardState, ReplyHandle, Task
from bot.services.cards import PostFile, TaskView
from bot.services.signals import Signals
from tests.delivery import layouts
from tests.fakes import FakeClock, until


class FakeBoard:
    """The marks of `services/board.py`, on views in memory."""

    def __init__(self, clock: FakeClock, signals: Signals) -> None:
        self._clock = clock
        self._signals = signals
        self.views: dict[str, TaskView] = {}
        self.limits: dict[int, int] = {}
        self.file_bytes = 1000
        self.sizes: list[int] = []

    def put(self, view: TaskView) -> None:
        self.views[view.task.id] = view
        self._signals.changed(view.task.id)

    def change(self, task_id: str, **values: Any) -> None:
        """As an engine would: another revision, and a signal."""
        task = self.views[task_id].task
        self.mark(task_id, view_rev=task.view_rev + 1, **values)
        self._signals.changed(task_id)

    def mark(self, task_id: str, **values: Any) -> None:
        view = self.views[task_id]
        own = {name: values.pop(name) for name in set(values) & set(TaskView.__dataclass_fields__)}
        self.views[task_id] = replace(view, task=replace(view.task, **values), **own)

    def task(self, task_id: str) -> Task:
        return self.views[task_id].task

    async def behind(self) -> list[TaskView]:
        return list(self.views.values())

    async def view(self, task_ids: Collection[str]) -> list[TaskView]:
        await asyncio.sleep(0)
        return [self.views[each] for each in task_ids if each in self.views]

    async def begin_card(self, task_id: str) -> datetime | None:
        fresh = self.task(task_id).card_posting_at is None
        self.mark(task_id, card_posting_at=self._clock.now())
        return self._clock.now() if fresh else None

    async def card_posted(self, task_id: str, message_id: int, rev: int) -> None:
        posted = CardState.POSTED
        self.mark(task_id, message_id=message_id, card_state=posted, view_posted=rev)

    async def card_shown(self, task_id: str, rev: int) -> None:
        self.mark(task_id, view_posted=rev)

    async def card_lost(self, task_id: str, *, is_gone: bool = True) -> None:
        known = {"message_id": None, "card_posting_at": None} if is_gone else {}
        rev = self.task(task_id).view_rev
        self.mark(task_id, card_state=CardState.LOST, view_posted=rev, **known)

    async def card_gone(self, task_id: str) -> None:
        self.mark(task_id, message_id=None)

    async def card_deleted(self, task_id: str, *, is_gone: bool = True) -> None:
        known = {"message_id": None, "card_posting_at": None} if is_gone else {}
        self.mark(task_id, card_state=CardState.DELETED, **known)

    async def begin_ping(self, task_id: str) -> bool:
        fresh = self.task(task_id).ping_posting_at is None
        self.mark(task_id, ping_posting_at=self._clock.now())
        return fresh

    async def ping_posted(self, task_id: str, message_id: int) -> None:
        self.mark(task_id, ping_message_id=message_id)

    async def reply_shown(self, task_id: str, rev: int) -> None:
        self.mark(task_id, reply_posted=rev)

    async def reply_over(self, task_id: str) -> None:
        self.mark(task_id, reply_token=None, reply_expires_at=None)

    async def post_files(self, view: TaskView, limit_bytes: int, rung: int = 0) -> list[PostFile]:
        size = min(self.file_bytes >> rung, limit_bytes)
        self.sizes.append(size)
        return [
            PostFile(one.n, Path(__file__), f"result-{one.n}.webp", size, rung > 0)
            for one in view.results
        ]

    async def upload_limit(self, guild_id: int) -> int | None:
        return self.limits.get(guild_id)

    async def limit_lowered(self, guild_id: int, limit_bytes: int) -> None:
        self.limits[guild_id] = limit_bytes


@dataclass
class Asked:
    """One request as it reached Discord."""

    verb: str
    task_id: str
    at_s: float
    text: str = ""
    files: list[str] = field(default_factory=list)


class FakePoster:
    """Discord's side: `fails` gives an exception for the next requests of a verb."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self._begun = clock.now()
        self.asked: list[Asked] = []
        self.fails: dict[str, list[Exception]] = {}
        self.found: dict[str, int] = {}
        self.in_flight: dict[int, int] = {}
        self.most_in_flight = 0
        self.takes_s = 0.0

    def verbs(self, task_id: str | None = None) -> list[str]:
        return [each.verb for each in self.asked if task_id in (None, each.task_id)]

    def limit_bytes(self, guild_id: int) -> int:
        return 10 * 2**20

    async def post_card(self, task: Task, layout: ui.LayoutView, files: Any, nonce: str) -> int:
        await self._ask("post", task, layout, files)
        return 100 + len(self.asked)

    async def edit_card(self, task: Task, layout: ui.LayoutView, files: Any) -> None:
        await self._ask("edit", task, layout, files)

    async def find_card(self, task: Task, posting_at: Any) -> int | None:
        await self._ask("find", task)
        return self.found.get(task.id)

    async def post_ping(self, task: Task, text: str) -> int:
        await self._ask("ping", task)
        return 900 + len(self.asked)

    async def find_ping(self, task: Task, posting_at: Any) -> int | None:
        await self._ask("find_ping", task)
        return self.found.get(f"ping:{task.id}")

    async def delete(self, task: Task, message_id: int) -> None:
        await self._ask("delete", task)

    async def unarchive(self, task: Task) -> None:
        await self._ask("unarchive", task)

    async def edit_reply(
        self, handle: ReplyHandle, layout: ui.LayoutView, attachments: Any
    ) -> list[Any]:
        fake = SimpleNamespace(id=handle.token.removeprefix("t-"), channel_id=-1)
        await self._ask("reply", fake, layout, [f for f in attachments if hasattr(f, "fp")])
        return [SimpleNamespace(filename=each.filename) for each in attachments]

    async def _ask(self, verb: str, task: Any, layout: Any = None, files: Any = ()) -> None:
        at_s = (self._clock.now() - self._begun).total_seconds()
        said = layouts.text(layout) if layout else ""
        self.asked.append(Asked(verb, task.id, at_s, said, [file.filename for file in files]))
        for file in files:
            file.close()
        self.in_flight[task.channel_id] = self.in_flight.get(task.channel_id, 0) + 1
        if task.channel_id >= 0:
            self.most_in_flight = max(self.most_in_flight, self.in_flight[task.channel_id])
        try:
            await self._clock.sleep(self.takes_s)
            if self.fails.get(verb):
                raise self.fails[verb].pop(0)
        finally:
            self.in_flight[task.channel_id] -= 1


@dataclass
class Stage:
    """Everything a test looks at."""

    clock: FakeClock
    board: FakeBoard
    poster: FakePoster
    replies: ReplyKeeper

    async def until(self, holds: Callable[[], bool], step_s: float = 0.05) -> None:
        await until(self.clock, holds, step_s=step_s, patience_s=45.0)


@asynccontextmanager
async def stage(*views: TaskView, clock: FakeClock) -> AsyncGenerator[Stage]:
    """Run the loop over these views until the block ends."""
    signals = Signals()
    board, poster = FakeBoard(clock, signals), FakePoster(clock)
    board.views = {view.task.id: view for view in views}
    app: Any = SimpleNamespace(
        clock=clock, cards=board, signals=signals, paint_link=lambda _task: None
    )
    keeper = ReplyKeeper(app, poster)  # pyright: ignore[reportArgumentType]
    bot: Any = SimpleNamespace(poster=poster, replies=keeper)
    loop = asyncio.create_task(ViewLoop(bot, app).run())
    try:
        yield Stage(clock, board, poster, keeper)
    finally:
        loop.cancel()
        await asyncio.gather(loop, return_exceptions=True)
