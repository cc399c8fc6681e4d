"""One task from intake to its end, in every way it can go."""

import asyncio
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select

from bot.app import App
from bot.db.models import TaskEvent
from bot.domain import ResultState, TaskState
from bot.errors import AmbiguousSubmit, AuthFailed, BadAnswer, NotSent, Rejected, Unavailable
from bot.imaging.store import read_stored
from bot.providers.base import Delivered, Done, Failed, Idempotency, Job, Update
from bot.services.tasks import CancelOutcome
from tests.services.engine import ALICE, assert_books, opened, purse, request, until, working
from tests.services.scripted import Scripted, delivered, done, hang, waiting, with_spec

S = TaskState


async def test_an_edit_is_queued_sent_finished_and_paid(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    task = await app.intake.submit(request(tmp_path, count=2))
    assert await purse(app) == (86, 14)
    ended = await until(app, task.id)
    assert (ended.state, ended.settled, ended.held) == (S.DONE, 14, 0)
    assert await purse(app) == (86, 0)
    assert provider.started == [f"ib-{task.id}"]
    (view,) = await app.cards.view([task.id])
    assert [(one.n, one.state, one.seed) for one in view.results] == [
        (1, ResultState.OK, 1),
        (2, ResultState.OK, 2),
    ]
    assert all(one.path and read_stored(one.path).size == (64, 48) for one in view.results)
    assert not (tmp_path / "data" / "work" / task.id).exists()
    async with app.db.read() as session:
        moves = (await session.execute(select(TaskEvent.to_state))).scalars().all()
    assert list(moves) == ["queued", "ready", "submitting", "running", "done"]
    await assert_books(app)


async def test_a_partial_result_costs_its_part(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [lambda job: Done((delivered(job, 1), Delivered(state=ResultState.FILTERED)))]
    task = await app.intake.submit(request(tmp_path, count=3))
    ended = await until(app, task.id)
    assert (ended.state, ended.quoted, ended.settled) == (S.DONE, 21, 7)
    assert await purse(app) == (93, 0)
    await assert_books(app)


async def test_a_provider_that_answers_at_once_needs_no_poll(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    def inline(job):
        return Done((Delivered(data=job.picture.read_bytes(), seed=5),))

    provider.submits, provider.polls = [inline], [AssertionError("polled")]
    task = await app.intake.submit(request(tmp_path))
    assert (await until(app, task.id)).state is S.DONE


@pytest.mark.parametrize(
    ("step", "code"),
    [
        (
            Failed(Rejected("The provider found the picture too dark. You were not charged.")),
            "rejected",
        ),
        (Rejected(), "rejected"),
        (AuthFailed(), "auth"),
        (Done(()), "bad_answer"),
        (Done((Delivered(state=ResultState.FILTERED),)), "filtered"),
    ],
    ids=["failed", "refused", "auth", "nothing delivered", "all filtered"],
)
@pytest.mark.parametrize("where", ["submits", "polls"])
async def test_a_failure_costs_nothing(
    app: App, provider: Scripted, tmp_path: Path, step, code: str, where: str
) -> None:
    setattr(provider, where, [step])
    task = await app.intake.submit(request(tmp_path))
    ended = await until(app, task.id)
    assert (ended.state, ended.error_code, ended.settled) == (S.FAILED, code, 0)
    assert "not charged" in (ended.error_text or "")
    assert await purse(app) == (100, 0)
    await assert_books(app)


async def test_a_submit_that_never_arrived_is_sent_again(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.submits = [NotSent(log="refused"), NotSent(retry_after_s=1.0), waiting]
    task = await app.intake.submit(request(tmp_path))
    ended = await until(app, task.id)
    assert (ended.state, ended.attempt, len(provider.started)) == (S.DONE, 3, 3)
    await assert_books(app)


async def test_a_provider_that_stays_away_ends_the_task_without_cost(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.submits = [NotSent(log="refused", retry_after_s=0.1)]
    task = await app.intake.submit(request(tmp_path))
    ended = await until(app, task.id)
    assert (ended.state, ended.error_code) == (S.FAILED, "not_sent")
    assert await purse(app) == (100, 0)


@pytest.mark.parametrize(
    "step", [AmbiguousSubmit(), hang, RuntimeError("a bug")], ids=["ambiguous", "silence", "a bug"]
)
async def test_an_unknown_outcome_is_refunded_and_never_sent_again(tmp_path: Path, step) -> None:
    provider = with_spec(submit_timeout_s=0.3)
    provider.submits = [step, waiting]
    async with opened(tmp_path / "data", provider) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        ended = await until(app, task.id)
        assert (ended.state, ended.error_code) == (S.UNKNOWN, "unknown")
        assert len(provider.started) == 1
        assert await purse(app) == (100, 0)
        await assert_books(app)


@pytest.mark.parametrize(
    ("idempotency", "lookups", "starts"),
    [
        (Idempotency.LOOKUP, [waiting], 1),
        (Idempotency.LOOKUP, [Unavailable(), waiting], 1),
        (Idempotency.LOOKUP, [lambda _job: None], 2),
        (Idempotency.KEY, [AssertionError("looked up")], 2),
        (Idempotency.REPEATABLE, [AssertionError("looked up")], 2),
    ],
    ids=["found", "found later", "absent", "same key", "repeatable"],
)
async def test_a_lost_submit_is_found_out_where_the_provider_can_tell(
    tmp_path: Path, idempotency: Idempotency, lookups, starts: int
) -> None:
    provider = with_spec(idempotency=idempotency)
    provider.submits, provider.lookups = [AmbiguousSubmit(), waiting], lookups
    async with opened(tmp_path / "data", provider) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        assert (await until(app, task.id)).state is S.DONE
        assert len(provider.started) == starts
        assert len(set(provider.started)) == 1
        await assert_books(app)


async def test_an_outage_while_polling_is_waited_out(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [Unavailable(), Unavailable(), BadAnswer("odd"), done]
    task = await app.intake.submit(request(tmp_path))
    assert (await until(app, task.id)).state is S.DONE


async def test_a_passed_deadline_is_refunded_and_taken_back(tmp_path: Path) -> None:
    provider = with_spec(deadline_s=5.0)
    provider.polls = [hang]
    async with opened(tmp_path / "data", provider) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        ended = await until(app, task.id)
        assert (ended.state, ended.error_code) == (S.FAILED, "deadline")
        assert provider.cancelled == [task.id]
        assert await purse(app) == (100, 0)


async def test_cancel_before_the_provider_has_it_ends_at_once(idle: App, tmp_path: Path) -> None:
    task = await idle.intake.submit(request(tmp_path))
    assert await idle.tasks.cancel(task.id, ALICE, False) is CancelOutcome.CANCELLED
    assert await idle.tasks.cancel(task.id, ALICE, False) is CancelOutcome.GONE
    assert await purse(idle) == (100, 0)
    await assert_books(idle)


async def test_cancel_while_running_is_the_providers_to_confirm(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [hang]
    task = await app.intake.submit(request(tmp_path))
    await until(app, task.id, S.RUNNING)
    assert await app.tasks.cancel(task.id, ALICE, False) is CancelOutcome.ASKED
    ended = await until(app, task.id)
    assert (ended.state, provider.cancelled) == (S.CANCELLED, [task.id])
    assert await purse(app) == (100, 0)
    await assert_books(app)


async def test_a_refused_cancel_goes_on_and_is_offered_no_more(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    asked = asyncio.Event()

    async def asked_in_vain(job: Job) -> Update:
        asked.set()
        return await hang(job)

    provider.cancels, provider.polls = False, [asked_in_vain, done]
    task = await app.intake.submit(request(tmp_path))
    await asked.wait()
    await app.tasks.cancel(task.id, ALICE, False)
    ended = await until(app, task.id)
    assert (ended.state, ended.settled, ended.cancel_requested) == (S.DONE, 7, False)
    await assert_books(app)


async def test_where_nothing_can_be_taken_back_cancel_says_so(tmp_path: Path) -> None:
    provider, may_end = with_spec(cancels=False), asyncio.Event()
    provider.polls = [lambda job: done(job) if may_end.is_set() else waiting(job, 5.0)]
    async with opened(tmp_path / "data", provider) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        await until(app, task.id, S.RUNNING)
        assert await app.tasks.cancel(task.id, ALICE, False) is CancelOutcome.TOO_LATE
        (view,) = await app.cards.view([task.id])
        assert not view.may_cancel
        may_end.set()
        assert (await until(app, task.id)).state is S.DONE


async def test_stopping_lets_a_submit_end_and_leaves_the_rest(tmp_path: Path) -> None:
    provider = Scripted(polls=[hang])

    async def slow(job):
        await app.clock.sleep(10)
        return waiting(job, 60.0)

    provider.submits = [slow]
    async with opened(tmp_path / "data", provider) as app:
        async with working(app):
            task = await app.intake.submit(request(tmp_path))
            await until(app, task.id, S.SUBMITTING)
        stopped = await app.tasks.get(task.id)
        assert stopped is not None
        assert stopped.state is S.RUNNING


async def test_a_bug_is_tried_again_and_then_ends_with_a_reference(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [ZeroDivisionError()]
    task = await app.intake.submit(request(tmp_path))
    for _ in range(3):
        await until(app, task.id, S.RUNNING)
        while app.dispatcher.live([task.id]):
            await app.clock.sleep(1)
        app.dispatcher.resume([task.id])
    ended = await until(app, task.id)
    assert ended.state is S.FAILED
    assert "ref" in (ended.error_text or "")
    await assert_books(app)


async def test_outside_the_mask_nothing_changes(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    def painted(job):
        size = (job.fit.width_px, job.fit.height_px)
        Image.new("RGB", size, "red").save(job.folder / "red.png")
        return Done((Delivered(path=str(job.folder / "red.png")),))

    provider.polls = [painted]
    wish = request(tmp_path)
    task = await app.intake.submit(wish)
    await until(app, task.id)
    (view,) = await app.cards.view([task.id])
    assert view.results[0].path
    assert wish.picture
    result, original = read_stored(view.results[0].path), read_stored(wish.picture)
    assert result.getpixel((32, 24)) != original.getpixel((32, 24))
    assert result.crop((0, 0, 64, 8)).tobytes() == original.crop((0, 0, 64, 8)).tobytes()
