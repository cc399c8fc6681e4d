"""How soon a start goes on with what was in flight, how soon it is ready, and what it holds."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from bench import rss, seed
from bench.blank import BlankPictures
from bench.figures import Figure, at_most
from bench.process import Told, told
from bench.providers import Hanging
from bench.stage import opened

PART = "start"
TASKS = 1000
ROUNDS = 3
LOADED = 200
RESUME_MS_MAX = 100.0
TASK_KIB_MAX = 16.0
KIB, MIB = 1024, 1024 * 1024


async def run(tasks: int = TASKS, rounds: int = ROUNDS, loaded: int = LOADED) -> list[Figure]:
    """Medians of some rounds; memory of the last one."""
    resumed_s = await _resumed(tasks, rounds)
    started = [await asyncio.to_thread(_told, loaded if n == 0 else 0) for n in range(rounds)]
    resumes = f"first SELECT to {tasks:,} drives scheduled"
    figures = [
        Figure(PART, resumes, median(resumed_s) * 1000, "ms", at_most(RESUME_MS_MAX, "ms")),
        Figure(PART, "process start to ready", median(one.ready_s for one in started), "s"),
        Figure(PART, "  its CPU", median(one.ready_cpu_s for one in started), "s"),
    ]
    return [*figures, *_memory(started[0], loaded)] if rss.is_told else figures


async def _resumed(tasks: int, rounds: int) -> list[float]:
    """Wall seconds, on one file."""
    with TemporaryDirectory() as name:
        pictures, provider = BlankPictures(Path(name)), Hanging()
        async with opened(Path(name), pictures, provider) as app:
            values = await seed.columns(app)
            task_ids = [await seed.book(app, values, n) for n in range(tasks)]
            await seed.set_running(app)
        return [await _resume(Path(name), task_ids) for _ in range(rounds + 1)][1:]


async def _resume(folder: Path, task_ids: Sequence[str]) -> float:
    async with opened(folder, BlankPictures(folder), Hanging()) as app:
        async with app.db.read() as session:
            await session.connection()  # a start has asked its file something before
        await app.dispatcher.start(app.drive)
        begun_s = time.perf_counter()
        await app.reconciler.resume()
        while len(app.dispatcher.live(task_ids)) < len(task_ids):  # noqa: ASYNC110 (to the moment)
            await asyncio.sleep(0)
        resumed_s = time.perf_counter() - begun_s
        await app.dispatcher.stop(0.0, app.drive.in_submit)
        return resumed_s


def _told(loaded: int) -> Told:
    with TemporaryDirectory() as name:
        return told(Path(name), loaded)


def _memory(one: Told, loaded: int) -> list[Figure]:
    per_task = (one.loaded_bytes - one.warm_bytes) / loaded
    return [
        Figure(PART, "memory at rest", one.rest_bytes / MIB, "MiB"),
        Figure(PART, "  of the short worker", one.short_bytes / MIB, "MiB"),
        Figure(PART, "  of the fill worker", one.fill_bytes / MIB, "MiB"),
        Figure(
            PART, "memory of a task in flight", per_task / KIB, "KiB", at_most(TASK_KIB_MAX, "KiB")
        ),
    ]
