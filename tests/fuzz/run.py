"""Goes through the corpus, one file after the other, in the pool that production has."""

import asyncio
import json
import shutil
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bot.imaging.lane import START_GRACE_S
from bot.imaging.worker import SHORT_LIMIT_S, PicturePool
from tests.fuzz.corpus import Case
from tests.fuzz.doors import Base, finish, is_refusal, knock, prepare, summary
from tests.fuzz.gauge import used
from tests.fuzz.tally import Outcome, Tally

PLACE = "place.json"
# The pool itself gives up on a stage, twice, long before.
ENDLESS_S = 10 * (SHORT_LIMIT_S + START_GRACE_S)


async def attempt(pool: PicturePool, base: Base, case: Case, folder: Path) -> Outcome:
    """One file through its door, and on to the end where it is accepted."""
    before, deaths, begun_s = used(), pool.restarts, time.monotonic()
    sentence, finding, took_s, waited_s, after = "", "", 0.0, 0.0, before
    try:
        async with asyncio.timeout(ENDLESS_S):
            try:
                taken = await knock(pool, base, case, folder)
            finally:
                after, waited_s = used(), time.monotonic() - begun_s
                took_s = max(0.0, after.cpu_s - before.cpu_s)
            if taken is not None:
                finding = await finish(pool, taken, folder)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for.
        if is_refusal(error):
            sentence = str(getattr(error, "sentence", ""))
        else:
            finding = f"{type(error).__name__}: {error}"[:2000]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Outcome(
        case.door.value,
        sentence,
        finding,
        took_s,
        pool.restarts - deaths,
        after.resident_mib,
        after.mapped_mib,
        waited_s,
    )


async def run(
    cases: Iterable[Case],
    tally: Tally,
    folder: Path,
    memory_mib: int,
    say: Callable[[str], None],
    every: int = 500,
) -> Tally:
    """All of them; the place is kept in the folder, and so is each file that is not dealt with."""
    work = folder / "work"
    shutil.rmtree(work, ignore_errors=True)
    async with PicturePool(memory_mib=memory_mib) as pool:
        base = await prepare(pool, work / "base")
        for case in cases:
            outcome = await attempt(pool, base, case, work / "case")
            tally.add(f"{case.door.value}: {case.name}", outcome)
            if outcome.offends:
                say(f"{summary(case)} {keep(case, outcome, folder)}")
            if tally.next % every == 0:
                say(tally.line())
                await asyncio.to_thread(save, tally, folder)
    shutil.rmtree(work, ignore_errors=True)
    save(tally, folder)
    return tally


def keep(case: Case, outcome: Outcome, folder: Path) -> str:
    """Lay an offending file aside, with what was wrong beside it."""
    kept = folder / "offending"
    kept.mkdir(parents=True, exist_ok=True)
    stem = f"{case.n:06}-{case.door.name.lower()}"
    (kept / f"{stem}.bin").write_bytes(case.data)
    spent = f"{outcome.took_s:.1f} s of CPU, {outcome.waited_s:.1f} s, {outcome.restarts} restarts"
    why = outcome.finding or spent
    (kept / f"{stem}.txt").write_text(f"{summary(case)}\n{why}\n{outcome.sentence}\n")
    return why.splitlines()[0]


def save(tally: Tally, folder: Path) -> None:
    """Keep the place."""
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f"{PLACE}.part"
    part.write_text(json.dumps(tally.kept(), indent=1))
    part.replace(folder / PLACE)


def load(folder: Path) -> Tally | None:
    """The place where the last run was, if there was one."""
    file = folder / PLACE
    return Tally.read(json.loads(file.read_text())) if file.exists() else None


def elapsed(begun_s: float) -> str:
    """For the last line."""
    return f"{time.monotonic() - begun_s:,.0f} s"
