"""The price that is fixed on a task where its provider was asked for it."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.domain import TaskState
from bot.errors import NotEnoughCredits, Rejected, Unavailable
from bot.providers.base import Job
from bot.services import quoting
from tests.providers.scenario_case import scenario_at_hand
from tests.providers.test_remote_edits import engine
from tests.services.engine import assert_books, opened, purse, request, until, working
from tests.services.scripted import Scripted, done


@dataclass
class Quoted(Scripted):
    """Says what a job would cost."""

    answer: Callable[[Job], Any] = lambda _: None
    asked: list[Job] = field(default_factory=list)

    async def quote_units(self, job: Job) -> Decimal | None:
        self.asked.append(job)
        answer = self.answer(job)
        return await answer if asyncio.iscoroutine(answer) else answer


def fails(error: Exception) -> Callable[[Job], Any]:
    def answer(_job: Job) -> Any:
        raise error

    return answer


async def hangs(_job: Job) -> Decimal:
    await asyncio.Event().wait()
    raise AssertionError


async def test_the_quote_of_the_whole_job_is_held_and_settled_in_parts(tmp_path: Path) -> None:
    provider = Quoted(answer=lambda _: Decimal("9.2"), polls=[lambda job: done(job, 1)])
    async with opened(tmp_path / "data", provider) as app, working(app):
        task = await app.intake.submit(request(tmp_path, count=4))
        assert (task.quoted, task.held, task.priced_per) == (10, 10, "job")
        ended = await until(app, task.id)
        assert (ended.state, ended.settled) == (TaskState.DONE, 2)
        assert await purse(app) == (98, 0)
        await assert_books(app)
    (job,) = provider.asked
    assert (job.count, job.picture, job.mask) == (4, None, None)
    assert (job.fit.width_px, job.fit.height_px) == (64, 48)
    assert job.params["strength"] == 0.7


NOTHING: dict[str, Callable[[Job], Any]] = {
    "unavailable": fails(Unavailable()),
    "refused": fails(Rejected("no such model")),
    "hangs": hangs,
    "negative": lambda _: Decimal(-1),
    "endless": lambda _: Decimal("Infinity"),
    "no number": lambda _: Decimal("NaN"),
}


@pytest.mark.parametrize("answer", NOTHING.values(), ids=NOTHING)
async def test_without_a_quote_the_listed_price_is_taken_and_the_log_says_so(
    answer: Callable[[Job], Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="bot")
    async with opened(tmp_path / "data", Quoted(answer=answer)) as app:
        app.intake._t.quoting._timeout_s = 0.01
        task = await app.intake.submit(request(tmp_path, count=2))
    assert (task.quoted, task.priced_per) == (14, "picture")
    assert "its listed price is taken" in caplog.text


async def test_a_quote_that_the_purse_does_not_cover_leaves_nothing(tmp_path: Path) -> None:
    provider = Quoted(answer=lambda _: Decimal(101))
    async with opened(tmp_path / "data", provider) as app:
        with pytest.raises(NotEnoughCredits, match="101"):
            await app.intake.submit(request(tmp_path))
        assert await purse(app) == (0, 0)


async def test_scenario_is_asked_by_a_dry_run_with_the_model_and_size(tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider), engine(tmp_path, provider) as app:
        task = await app.intake.submit(request(tmp_path, count=3))
        assert (task.quoted, task.priced_per) == (15, "job")
        await until(app, task.id, TaskState.RUNNING, TaskState.DONE)
        (asked,) = desk.sent("quote")
        (started,) = desk.sent("submit")
        alike = ("modelId", "numSamples", "width", "height", "prompt", "guidance")
        assert {name: asked.body[name] for name in alike} == {
            name: started.body[name] for name in alike
        }


def test_a_member_waits_a_few_seconds_at_most() -> None:
    assert quoting.TIMEOUT_S <= 5
