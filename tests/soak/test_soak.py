"""The soak in short, and what it says of samples."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.fakes import turns
from tests.soak import sample
from tests.soak.clock import JumpClock
from tests.soak.sample import Sample
from tests.soak.story import tell

EDITS = 30
FIRST = Sample(
    done=500,
    life=1,
    at_s=60.0,
    tasks_per_s=8.0,
    rss_bytes=100,
    workers_bytes=90,
    descriptors=33,
    connections=4,
    children=3,
    asyncio_tasks=19,
    files=0,
    data_bytes=1,
    rows=5000,
    drift=0,
    offset_s=0.0,
)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux alone tells of processes")
@pytest.mark.timeout(240)
def test_edits_leave_nothing_behind(tmp_path: Path) -> None:
    said: list[str] = []
    story = tell(tmp_path, EDITS, said.append, every=EDITS // 2)
    wrong = [each.line() for each in story.verdicts if not each.is_good]
    assert wrong == [], (tmp_path / "bot.log").read_text()[-4000:]
    assert sum(story.samples[-1].ends.values()) == EDITS
    assert len(said) == 2


def test_memory_is_judged_after_the_first_thousand_of_a_life() -> None:
    grown = [
        replace(FIRST, done=500 * n, rss_bytes=rss)
        for n, rss in enumerate((100, 200, 204, 208, 212), 1)
    ]
    assert sample.growth(grown[:3], "rss_bytes") is None
    assert sample.growth(grown, "rss_bytes") == pytest.approx(0.06)
    wrong = [each.what for each in sample.verdicts(grown) if not each.is_good]
    assert wrong == ["RSS of the bot after the first 1,000"]


@pytest.mark.parametrize("name", ["descriptors", "children", "asyncio_tasks", "files", "drift"])
def test_what_is_left_behind_is_found(name: str) -> None:
    last = replace(FIRST, done=1000, **{name: getattr(FIRST, name) + 1})
    assert [each.value for each in sample.verdicts([FIRST, last]) if not each.is_good] == [1]


def test_each_life_is_judged_by_itself() -> None:
    samples = [FIRST, replace(FIRST, done=1000), replace(FIRST, done=1500, life=2, descriptors=40)]
    assert [len(life) for life in sample.lives(samples)] == [2, 1]
    assert all(each.is_good for life in sample.lives(samples) for each in sample.verdicts(life))
    assert sample.from_json(samples[0].to_json()) == samples[0]


async def test_a_jump_wakes_who_sleeps_past_it() -> None:
    clock, woken = JumpClock(), list[str]()

    async def sleep(seconds: float) -> None:
        await clock.sleep(seconds)
        woken.append(f"{seconds:g}")

    async with asyncio.TaskGroup() as group:
        group.create_task(sleep(3600))
        group.create_task(sleep(7200))
        await turns()
        clock.jump(timedelta(seconds=5000))
        await turns()
        assert woken == ["3600"]
        clock.jump(timedelta(seconds=5000))
    assert woken == ["3600", "7200"]
