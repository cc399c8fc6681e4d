"""Tasks a second of the engine alone, against its own statements in bare transactions.

Bare is told twice: through the bot's own connections (SQLAlchemy and a thread for each), and from
the standard library's, which shows what asyncio and SQLAlchemy cost.
"""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench import seed
from bench.blank import BlankPictures
from bench.figures import Figure, at_least
from bench.providers import Prepared
from bench.stage import Ends, all_done, engine, opened
from bench.statements import Transcript, copied, say_again, say_plainly, written_down
from bot.app import App
from bot.db.engine import Database
from bot.services import reading

PART = "engine"
TASKS = 200
ROUNDS = 3
LOOKS = 200
SHARE_MIN = 0.5
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds by the wall, and seconds of CPU."""

    wall_s: float
    cpu_s: float


@dataclass(frozen=True, slots=True)
class Round:
    """Some tasks, and the same statements with nothing around them."""

    statements: int
    transactions: int
    engine: Took
    bare: Took
    plain: Took
    look_cpu_s: float

    @property
    def share(self) -> float:
        """How near the engine comes to its bare statements."""
        return self.bare.wall_s / self.engine.wall_s


async def run(tasks: int = TASKS, rounds: int = ROUNDS) -> list[Figure]:
    """The median of some rounds after one to get warm, each with its own file."""
    measured = [await _round(tasks) for _ in range(rounds + 1)][1:]
    middle = sorted(measured, key=lambda one: one.share)[rounds // 2]
    return [
        Figure(PART, "tasks a second", tasks / middle.engine.wall_s),
        Figure(PART, "  its statements, bare", tasks / middle.bare.wall_s, "tasks/s"),
        Figure(PART, "  engine / bare", middle.share, "", at_least(SHARE_MIN)),
        Figure(PART, "  the same without SQLAlchemy", tasks / middle.plain.wall_s, "tasks/s"),
        Figure(PART, "CPU of one task", middle.engine.cpu_s / tasks * 1000, "ms"),
        Figure(PART, "  its statements, bare", middle.bare.cpu_s / tasks * 1000, "ms"),
        Figure(PART, "  the same without SQLAlchemy", middle.plain.cpu_s / tasks * 1000, "ms"),
        Figure(PART, "statements of one task", middle.statements / tasks),
        Figure(PART, "transactions of one task", middle.transactions / tasks),
        Figure(PART, "CPU of one look at a card", middle.look_cpu_s * 1000, "ms"),
    ]


async def _round(tasks: int) -> Round:
    with TemporaryDirectory() as name:
        folder = Path(name)
        async with _opened(folder) as (app, values):
            for copy in ("bare", "plain"):
                await asyncio.to_thread(copied, app.db.path, folder / copy)
            with written_down() as transcript:
                async with engine(app) as ends:
                    engine_took = await _took(_work(app, ends, values, tasks))
            await all_done(app, tasks)
            looks = await _took(_looks(app))
        said = transcript.transactions
        return Round(
            transcript.statements,
            len(said),
            engine_took,
            await _bare(folder / "bare", transcript),
            await _took(asyncio.to_thread(say_plainly, folder / "plain", said)),
            looks.cpu_s / LOOKS,
        )


@asynccontextmanager
async def _opened(folder: Path) -> AsyncGenerator[tuple[App, Values]]:
    answer = folder / "answer.webp"
    answer.write_bytes(b"a prepared picture")
    async with opened(folder / "data", BlankPictures(answer), Prepared(answer)) as app:
        yield app, await seed.columns(app)


async def _work(app: App, ends: Ends, values: Values, tasks: int) -> None:
    """Book them one after the other, as commands come in, while the engine drives."""
    for n in range(tasks):
        await seed.book(app, values, n)
    await ends.wait(tasks)


async def _looks(app: App) -> None:
    """What a card is made of, read for one task after the other."""
    async with app.db.read() as session:
        tasks = await reading.tasks(session)
    for n in range(LOOKS):
        await app.cards.view([tasks[n % len(tasks)].id])


async def _bare(path: Path, transcript: Transcript) -> Took:
    db = Database(path)
    try:
        return await _took(say_again(db, transcript.transactions))
    finally:
        await db.close()


async def _took(work: Awaitable[object]) -> Took:
    wall_s, cpu_s = time.perf_counter(), time.process_time()
    await work
    return Took(time.perf_counter() - wall_s, time.process_time() - cpu_s)
