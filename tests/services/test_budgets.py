"""DAILY_LIMIT_<PROVIDER>: what a day may cost, in the provider's own unit."""

import asyncio
import logging
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.domain import Op, TaskState
from bot.errors import Rejected
from bot.providers import PROVIDERS
from bot.providers.base import Done, Price, PricedPer
from bot.providers.parts import Off
from bot.services import pauses
from bot.services.budgets import Budgets, cheapest, estimate, midnight_after
from bot.services.gate import PATIENCE
from bot.services.pauses import Pause, Why
from bot.settings import Settings
from tests.fakes import START, FakeClock, until
from tests.services.engine import assert_books, purse, request, working
from tests.services.many import Accounted, opened_with, priced
from tests.services.scripted import delivered

S = TaskState
DAY = timedelta(days=1)
RICH = {"live_tasks_member_max": 50, "live_tasks_guild_max": 50, "first_grant_credits": 1000}


def opened(folder: Path, clock: FakeClock, provider: Accounted, limit: str) -> Any:
    """An app with a daily limit for the provider; no such setting exists for a scripted one."""

    class Limited(Settings):
        daily_limit_limited: Decimal | None = Decimal(limit)

    return opened_with(folder / "data", clock, provider, kind=Limited, **RICH)


def limited(units: int | str = 7, **changes: Any) -> Accounted:
    return priced("limited", units, **changes)


async def ask(app: App, folder: Path, *keys: str, **changes: Any) -> list[str]:
    """Queue one task for each key."""
    return [(await app.intake.submit(request(folder, key, **changes))).id for key in keys]


async def state(app: App, task_id: str) -> TaskState:
    task = await app.tasks.get(task_id)
    assert task is not None
    return task.state


async def paused(app: App) -> Pause | None:
    async with app.db.read() as session:
        return (await pauses.paused(session, app.clock.now())).get("limited")


async def ended(app: App, clock: FakeClock, task_id: str) -> None:
    """Let the engine work until this is over."""
    seen: list[TaskState] = []

    async def look() -> None:
        while not (seen and seen[-1].is_terminal):
            seen.append(await state(app, task_id))
            await asyncio.sleep(0.01)

    watching = asyncio.create_task(look())
    await until(clock, watching.done)
    await watching


def test_every_provider_has_its_setting_in_its_own_unit() -> None:
    specs = [each(_Parts()).spec for each in PROVIDERS]  # pyright: ignore[reportArgumentType]
    for spec in specs:
        field = Settings.model_fields[f"daily_limit_{spec.slug}"]
        assert f"{spec.title} may be used" in (field.description or "")
        assert f" in {spec.unit};" in (field.description or "")


class _Parts:
    """As little as a factory needs to say that it is off; Local needs no more."""

    api = pictures = media = hooks = None
    settings = Settings(_env_file=None)  # pyright: ignore[reportCallIssue]


def test_estimates_are_in_the_providers_own_unit() -> None:
    spec = limited("0.005").spec
    assert estimate(spec, Op.INPAINT, 3) == Decimal("0.015")
    assert estimate(spec, Op.VARY, 3) == 0
    job = limited(4).spec
    op = replace(job.ops[Op.INPAINT], price=Price(Decimal(4), PricedPer.JOB))
    assert estimate(replace(job, ops={Op.INPAINT: op}), Op.INPAINT, 3) == 4
    assert cheapest(job) == 4
    # Where nothing is paid, pictures are what can be limited.
    assert estimate(limited(0).spec, Op.INPAINT, 3) == 3


def test_a_day_ends_at_midnight_in_utc() -> None:
    assert midnight_after(START) == START + DAY
    assert midnight_after(START + DAY - timedelta(microseconds=1)) == START + DAY


async def test_live_tasks_count_with_their_estimate_and_ended_ones_with_their_cost(
    tmp_path: Path,
) -> None:
    clock, provider = FakeClock(), limited()
    async with opened(tmp_path, clock, provider, "100") as app, working(app):
        budgets = Budgets({"limited": Decimal(100)}, app.providers)

        async def left() -> Decimal:
            async with app.db.read() as session:
                return (await budgets.left(session, clock.now()))["limited"]

        (first,) = await ask(app, tmp_path, "a", count=2)
        assert await left() == 86
        provider.polls = [lambda job: Done((delivered(job, 1),), cost_units=Decimal("0.25"))]
        await ended(app, clock, first)
        assert await left() == Decimal("99.75")
        provider.submits = [Rejected("No.")]
        (refused,) = await ask(app, tmp_path, "b")
        assert await left() == Decimal("92.75")
        await ended(app, clock, refused)
        assert await left() == Decimal("99.75")
        await clock.advance(DAY.total_seconds())
        assert await left() == 100


async def test_reached_is_paused_until_midnight_and_told_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR, "bot")
    clock, provider = FakeClock(), limited()
    async with opened(tmp_path, clock, provider, "15") as app:
        first, second = await ask(app, tmp_path, "a", "b")
        assert sorted(await app.admission.admit()) == sorted([first, second])
        found = await paused(app)
        assert found == Pause("limited", Why.LIMIT, clock.now(), START + DAY)
        assert await app.admission.admit() == []
        said = [each.getMessage() for each in caplog.records]
        assert said == [
            "provider limited has used up DAILY_LIMIT_LIMITED (15 credits) and is paused until "
            "2026-01-02 00:00 UTC"
        ]
        await clock.advance(DAY.total_seconds() - 1)
        assert await paused(app) is not None
        await clock.advance(1)
        assert await paused(app) is None


async def test_a_new_day_is_a_new_limit(tmp_path: Path) -> None:
    clock, provider = FakeClock(), limited()
    async with opened(tmp_path, clock, provider, "7") as app, working(app):
        (first,) = await ask(app, tmp_path, "a")
        await ended(app, clock, first)
        assert (await paused(app)) is not None
        await clock.advance((midnight_after(clock.now()) - clock.now()).total_seconds())
        (second,) = await ask(app, tmp_path, "b")
        await ended(app, clock, second)
        assert await state(app, second) is S.DONE
        found = await paused(app)
        assert found is not None
        assert found.until == START + 2 * DAY


async def test_two_admissions_at_once_admit_no_more_than_fits(tmp_path: Path) -> None:
    clock, provider = FakeClock(), limited()
    async with opened(tmp_path, clock, provider, "1000") as app:
        tasks = await ask(app, tmp_path, *"abcdef")
    # The operator has lowered the limit, and everything is queued already.
    async with opened(tmp_path, clock, provider, "15") as app:
        rounds = await asyncio.gather(*(app.admission.admit() for _ in range(4)))
        admitted = [task_id for each in rounds for task_id in each]
        assert len(admitted) == len(set(admitted)) == 2
        over = [task_id for task_id in tasks if task_id not in admitted]
        assert {await state(app, task_id) for task_id in over} == {S.FAILED}
        assert await purse(app) == (1000 - 14, 14)
        await assert_books(app)


async def test_what_waits_over_midnight_goes_on_if_that_is_near(tmp_path: Path) -> None:
    clock, provider = FakeClock(), limited()
    async with opened(tmp_path, clock, provider, "1000") as app:
        await clock.advance((DAY - PATIENCE / 2).total_seconds())
        first, second = await ask(app, tmp_path, "a", "b")
    async with opened(tmp_path, clock, provider, "7") as app:
        assert await app.admission.admit() == [first]
        assert await state(app, second) is S.QUEUED
        await app.tasks.cancel(first, 101, True)
        await clock.advance(PATIENCE.total_seconds() / 2)
        assert await app.admission.admit() == [second]


async def test_a_limit_outlives_a_restart(tmp_path: Path) -> None:
    clock, provider = FakeClock(), limited()
    async with opened(tmp_path, clock, provider, "7") as app:
        await ask(app, tmp_path, "a")
        await app.admission.admit()
    async with opened(tmp_path, clock, provider, "7") as app:
        assert await paused(app) is not None


def test_no_limit_reads_nothing() -> None:
    async def nothing() -> None:
        assert await Budgets({}, {}).left(None, START) == {}  # pyright: ignore[reportArgumentType]

    asyncio.run(nothing())


def test_the_docs_name_them_all() -> None:
    page = (Path(__file__).parents[2] / "docs/operating.md").read_text("utf-8")
    named = set(re.findall(r"`DAILY_LIMIT_([A-Z]+)`", page))
    made = [each(_Parts()) for each in PROVIDERS]  # pyright: ignore[reportArgumentType]
    assert {each.spec.slug.upper() for each in made} <= named
    assert any(isinstance(each, Off) for each in made)
