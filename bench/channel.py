"""One channel with many live cards: how soon a final is there, and what a task costs in calls."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from discord.http import Route

from bench import seed
from bench.calls import calls_of
from bench.figures import Figure, at_most, percentile
from bench.providers import SPEC, Costless
from bench.stage import opened
from bot.app import App
from bot.delivery.client import build_bot
from bot.domain import Task, TaskState
from bot.providers.base import Delivered, Done, Job, Update, Waiting
from bot.services import reading
from tests import assets
from tests.services.scripted import ThreadPictures
from tests.standin.process import Standin, running

PART = "channel"
CARDS = 40
TOKEN = "MTA5.standin.token"
# Half of what one channel may send goes to finals; the other half is left for progress.
END_EVERY_S = 2.0
FINAL_S_MAX = 3.0
# So that what was sent to post the cards no longer counts.
WINDOW_S = 5.0
CALLS_MAX = {60: 12, 600: 40}
REPLY_EDITS_MAX = {60: 20, 600: 74}


@dataclass
class Timed(Costless):
    """Tells progress, and ends one job after the other once `ends` is set."""

    answer: Path
    every_s: float
    spec = replace(SPEC, poll_after_s=1.0)
    ends: asyncio.Event = field(default_factory=asyncio.Event)
    _began_s: float = 0.0
    _jobs: list[str] = field(default_factory=list)

    async def submit(self, job: Job) -> Update:
        """Accepted."""
        self._jobs.append(job.task_id)
        return Waiting(f"remote-{job.task_id}", 1.0, percent=0)

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Some percent more, or the picture when it is this job's turn."""
        now_s = asyncio.get_running_loop().time()
        if not self.ends.is_set():
            self._began_s = now_s
        elif now_s - self._began_s > self._jobs.index(job.task_id) * self.every_s:
            return Done((Delivered(path=str(self.answer)),))
        return replace(waiting, percent=min(99, (waiting.percent or 0) + 1))


async def run(
    cards: int = CARDS, every_s: float = END_EVERY_S, lengths_s: tuple[int, ...] = (60, 600)
) -> list[Figure]:
    """Delays on the wall clock against a Discord with its real limits; calls on a fake one."""
    late_s = await _finals(cards, every_s)
    aim = at_most(FINAL_S_MAX, "s")
    figures = [
        Figure(PART, f"final with {cards} live cards, p50", percentile(late_s, 0.5), "s"),
        Figure(PART, "  the slowest", max(late_s), "s", aim),
    ]
    for length_s in lengths_s:
        calls = await calls_of(length_s)
        about = f"of a {length_s} s task"
        most, edits = CALLS_MAX.get(length_s), REPLY_EDITS_MAX.get(length_s)
        figures += [
            Figure(PART, f"channel calls {about}", calls.channel, "", at_most(most or 0)),
            Figure(PART, f"  edits of the answer {about}", calls.reply, "", at_most(edits or 0)),
        ]
    return figures


async def _finals(cards: int, every_s: float) -> list[float]:
    """Seconds from each result's commit until the edit that shows it was answered."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        answer = assets.save(assets.photo(64, 64), folder / "answer.webp")
        provider = Timed(answer, every_s)
        with running(folder) as standin:
            async with _bot(folder, standin, provider) as app:
                await _put_live(app, cards)
                provider.ends.set()
                return await _shown_late_s(app, cards)


@asynccontextmanager
async def _bot(folder: Path, standin: Standin, provider: Timed) -> AsyncGenerator[App]:
    """The bot over REST, as `run` has it but for the gateway."""
    before, Route.BASE = Route.BASE, standin.discord_base
    try:
        async with (
            opened(folder / "data", ThreadPictures(), provider) as app,
            build_bot(app) as bot,
        ):
            await bot.login(TOKEN)
            async with app.running(bot):
                yield app
    finally:
        Route.BASE = before


async def _put_live(app: App, cards: int) -> None:
    values = await seed.taken_in(app, app.settings.data_dir / "files")
    for n in range(cards):
        await seed.book(app, values, n)
    while not all(_is_live(task) for task in await _tasks(app)):  # noqa: ASYNC110 (rows tell nobody)
        await asyncio.sleep(0.2)
    await asyncio.sleep(WINDOW_S)


def _is_live(task: Task) -> bool:
    return task.state is TaskState.RUNNING and task.message_id is not None


async def _shown_late_s(app: App, cards: int) -> list[float]:
    late_s: dict[str, float] = {}
    while len(late_s) < cards:
        for task in await _tasks(app):
            shown = task.view_posted == task.view_rev
            if task.state is TaskState.DONE and task.finished_at and shown:
                waited_s = (datetime.now(UTC) - task.finished_at).total_seconds()
                late_s.setdefault(task.id, waited_s)
        await asyncio.sleep(0.05)
    return list(late_s.values())


async def _tasks(app: App) -> list[Task]:
    async with app.db.read() as session:
        return list(await reading.tasks(session))
