"""Who fails repeatedly is paused, probed with growing pauses, resumed; told once each way."""

import logging
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.app import App
from bot.domain import Fit, Op, Task, TaskState
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    NotSent,
    PictureLost,
    ProviderError,
    QuotaSpent,
    Rejected,
    Unavailable,
)
from bot.providers.base import Balance, Done, Failed, Job, Provider, Waiting
from bot.services import pauses
from bot.services.breaker import FAULTS_MAX, PROBE_S, WINDOW, pause_s
from bot.services.gate import PATIENCE
from bot.services.pauses import Pause, Why
from tests.fakes import FakeClock
from tests.services.engine import assert_books, purse, request
from tests.services.many import Accounted, opened_with, priced

S = TaskState
OWN = (NotSent, AuthFailed, QuotaSpent, Unavailable, BadAnswer, AmbiguousSubmit)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def shaky() -> Accounted:
    return priced("shaky", 7)


@pytest.fixture
async def app(tmp_path: Path, clock: FakeClock, shaky: Accounted) -> AsyncGenerator[App]:
    async with opened_with(tmp_path / "data", clock, shaky) as opened:
        yield opened


def job(task_id: str) -> Job:
    nowhere = Path()
    fit = Fit((0, 0, 1, 1), 1, 1)
    return Job(task_id, task_id, Op.INPAINT, None, None, fit, "", 1, 1, {}, nowhere)


async def submit(app: App, task_id: str) -> None:
    """One starting call, as the engine makes it."""
    with suppress(ProviderError):
        await app.providers["shaky"].submit(job(task_id))


async def fail(app: App, shaky: Accounted, *errors: ProviderError, first: str = "a") -> None:
    """Each error meets another task."""
    for n, error in enumerate(errors):
        shaky.submits = [error]
        await submit(app, f"{first}{n}")


async def paused(app: App) -> Pause | None:
    async with app.db.read() as session:
        return (await pauses.paused(session, app.clock.now())).get("shaky")


@pytest.mark.parametrize("kind", OWN)
async def test_its_own_faults_pause_it_and_are_told_once(
    app: App, shaky: Accounted, kind: type[ProviderError], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot")
    await fail(app, shaky, *[kind(log="status 503")] * (FAULTS_MAX - 1))
    assert await paused(app) is None
    await fail(app, shaky, *[kind(log="status 503")] * 3, first="b")
    found = await paused(app)
    assert found is not None
    assert (found.why, found.code) == (Why.FAULTS, kind.code)
    said = [each.getMessage() for each in caplog.records if "shaky" in each.getMessage()]
    assert said == [f"provider shaky is paused, it keeps failing: {kind.code} (status 503)"]


@pytest.mark.parametrize("error", [Rejected("No."), Filtered(), PictureLost()])
async def test_refusals_and_our_own_troubles_are_no_faults(
    app: App, shaky: Accounted, error: ProviderError
) -> None:
    await fail(app, shaky, *[error] * 10)
    assert await paused(app) is None


async def test_a_fault_told_in_an_answer_counts(app: App, shaky: Accounted) -> None:
    shaky.submits = [Failed(AuthFailed())]
    for n in range(FAULTS_MAX):
        await submit(app, f"a{n}")
    assert await paused(app) is not None


async def test_one_task_alone_pauses_nobody(app: App, shaky: Accounted) -> None:
    shaky.submits = [NotSent()]
    for _ in range(10):
        await submit(app, "the same")
    assert await paused(app) is None


async def test_a_job_that_ends_well_begins_the_count_anew(app: App, shaky: Accounted) -> None:
    await fail(app, shaky, Unavailable(), Unavailable())
    shaky.submits = [Waiting("accepted", 1.0)]
    await submit(app, "accepted is not done")
    shaky.submits = [Done(())]
    await submit(app, "done")
    await fail(app, shaky, Unavailable(), Unavailable(), first="b")
    assert await paused(app) is None
    await fail(app, shaky, Unavailable(), first="c")
    assert await paused(app) is not None


async def test_old_faults_are_forgotten(app: App, shaky: Accounted, clock: FakeClock) -> None:
    for n in range(5):
        await fail(app, shaky, Unavailable(), first=str(n))
        await clock.advance(WINDOW.total_seconds() / 2)
    assert await paused(app) is None


async def test_it_is_probed_later_and_later_and_resumed(
    app: App, shaky: Accounted, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "bot")
    await fail(app, shaky, *[Unavailable()] * FAULTS_MAX)
    shaky.left = Unavailable()
    await app.prober.once()
    assert shaky.asked == 0
    waits: list[float] = []
    for n in range(1, 4):
        found = await paused(app)
        assert found is not None
        waits.append((found.until - clock.now()).total_seconds())
        await clock.advance(waits[-1])
        await app.prober.once()
        assert shaky.asked == n
    assert waits == [PROBE_S, 2 * PROBE_S, 4 * PROBE_S]
    shaky.left = Balance(Decimal(1), "credits")
    await clock.advance(8 * PROBE_S)
    await app.prober.once()
    assert await paused(app) is None
    said = [each.getMessage() for each in caplog.records if "shaky" in each.getMessage()]
    assert said[1:] == ["provider shaky is resumed after 450 s"]


def test_a_probe_never_waits_for_ever() -> None:
    assert pause_s(1000) == 1800.0


async def test_an_empty_account_is_not_back(app: App, shaky: Accounted, clock: FakeClock) -> None:
    await fail(app, shaky, *[QuotaSpent()] * FAULTS_MAX)
    shaky.left = Balance(Decimal(0), "credits")
    await clock.advance(PROBE_S)
    await app.prober.once()
    assert await paused(app) is not None


async def test_who_fails_again_at_once_is_paused_for_longer(
    app: App, shaky: Accounted, clock: FakeClock
) -> None:
    await fail(app, shaky, *[Unavailable()] * FAULTS_MAX)
    await clock.advance(PROBE_S)
    await app.prober.once()
    assert await paused(app) is None
    await fail(app, shaky, Unavailable(), first="b")
    found = await paused(app)
    assert found is not None
    assert found.until - clock.now() == timedelta(seconds=2 * PROBE_S)


async def test_a_pause_outlives_a_restart(
    tmp_path: Path, clock: FakeClock, shaky: Accounted
) -> None:
    async with opened_with(tmp_path / "data", clock, shaky) as first:
        await fail(first, shaky, *[Unavailable()] * FAULTS_MAX)
        before = await paused(first)
    async with opened_with(tmp_path / "data", clock, shaky) as second:
        assert await paused(second) == before is not None
        await clock.advance(PROBE_S)
        await second.prober.once()
        assert await paused(second) is None


async def test_what_is_queued_waits_and_then_ends_refunded(
    app: App, shaky: Accounted, clock: FakeClock, tmp_path: Path
) -> None:
    task = await app.intake.submit(request(tmp_path))
    await fail(app, shaky, *[Unavailable()] * FAULTS_MAX)
    assert await app.admission.admit() == []
    assert (await now(app, task)).state is S.QUEUED
    await clock.advance(PATIENCE.total_seconds())
    assert await app.admission.admit() == []
    ended = await now(app, task)
    assert (ended.state, ended.held, ended.settled) == (S.FAILED, 0, 0)
    assert ended.error_text == (
        "Shaky is paused and will not be back soon, so I ended this. You were not charged. "
        "Again shows who else can do it."
    )
    assert await purse(app) == (100, 0)
    await assert_books(app)


async def test_what_is_queued_goes_on_when_it_is_back(
    app: App, shaky: Accounted, clock: FakeClock, tmp_path: Path
) -> None:
    task = await app.intake.submit(request(tmp_path))
    await fail(app, shaky, *[Unavailable()] * FAULTS_MAX)
    await clock.advance(PROBE_S)
    await app.prober.once()
    assert await app.admission.admit() == [task.id]


async def now(app: App, task: Task) -> Task:
    found = await app.tasks.get(task.id)
    assert found is not None
    return found


def test_the_engine_gets_providers_as_they_are(app: App, shaky: Accounted) -> None:
    seen: Provider = app.providers["shaky"]
    assert seen.spec is shaky.spec
