"""The metrics page of a real engine on a real file, read by Prometheus' own parser."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Engine, event, text

from bot.app import App
from bot.domain import TaskState
from bot.errors import Rejected
from bot.services import pauses
from bot.services.moves import Moves
from bot.services.pauses import Pause, Why
from tests.services.engine import BOB, opened, request, until, working
from tests.services.scripted import Scripted
from tests.web.browsing import Browser, browsing

SLUG = "scripted"


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is sent to any database meanwhile, but for what begins a transaction."""
    seen: list[str] = []

    def saw(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(Engine, "before_cursor_execute", saw)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", saw)


async def test_a_finished_task_is_counted_with_its_times(
    app: App, browser: Browser, tmp_path: Path
) -> None:
    async with working(app):
        task = await until(app, (await app.intake.submit(request(tmp_path))).id)
    page = await browser.metrics()
    assert page.value("inpaint_tasks_ended_total", provider=SLUG, state="done") == 1
    assert page.value("inpaint_task_wait_seconds_count", provider=SLUG) == 1
    assert page.value("inpaint_task_run_seconds_count", provider=SLUG) == 1
    assert task.queued_at
    assert task.running_at
    assert task.finished_at
    waited, ran = task.running_at - task.queued_at, task.finished_at - task.running_at
    waited_s = page.value("inpaint_task_wait_seconds_sum", provider=SLUG)
    assert waited_s == pytest.approx(waited.total_seconds())
    ran_s = page.value("inpaint_task_run_seconds_sum", provider=SLUG)
    assert ran_s == pytest.approx(ran.total_seconds())


async def test_a_refused_task_ends_without_having_run(
    app: App, browser: Browser, provider: Scripted, tmp_path: Path
) -> None:
    provider.submits = [Rejected("No.")]
    async with working(app):
        await until(app, (await app.intake.submit(request(tmp_path))).id)
    page = await browser.metrics()
    assert page.value("inpaint_tasks_ended_total", provider=SLUG, state="failed") == 1
    assert page.value("inpaint_tasks_ended_total", provider=SLUG, state="done") == 0
    assert page.value("inpaint_task_run_seconds_count", provider=SLUG) == 0


async def test_live_tasks_are_counted_by_state_and_the_queue_has_a_length(
    app: App, browser: Browser, tmp_path: Path
) -> None:
    empty = await browser.metrics()
    assert empty.value("inpaint_queue_length") == 0
    assert empty.value("inpaint_queue_oldest_seconds") == 0
    for n, user_id in enumerate((101, BOB, BOB)):
        await app.intake.submit(request(tmp_path, f"k{n}", user_id=user_id))
    first = (await app.intake.submit(request(tmp_path, "k3"))).id
    await app.tasks.cancel(first, 101, may_manage=False)
    page = await browser.metrics()
    assert page.value("inpaint_tasks", provider=SLUG, state="queued") == 3
    assert page.value("inpaint_tasks", provider=SLUG, state="running") == 0
    assert page.value("inpaint_queue_length") == 3
    assert page.value("inpaint_queue_oldest_seconds") > 0
    assert page.value("inpaint_tasks_ended_total", provider=SLUG, state="cancelled") == 1


async def test_a_move_that_is_rolled_back_is_not_counted(
    app: App, browser: Browser, tmp_path: Path
) -> None:
    task = await app.intake.submit(request(tmp_path))
    moves = Moves(app.clock, app.ledger, app.blobs, app.signals)

    async def cancel_and_break() -> None:
        async with app.db.write() as session:
            assert await moves.move(session, task, {TaskState.QUEUED}, TaskState.CANCELLED)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await cancel_and_break()
    page = await browser.metrics()
    assert page.value("inpaint_tasks_ended_total", provider=SLUG, state="cancelled") == 0
    assert page.value("inpaint_tasks", provider=SLUG, state="queued") == 1


async def test_a_scrape_asks_the_database_twice_however_much_there_is(
    app: App, browser: Browser, tmp_path: Path
) -> None:
    for n in range(3):
        await app.intake.submit(request(tmp_path, f"k{n}", user_id=n + 1))
    with statements() as seen:
        await browser.metrics()
    assert len(seen) == 2
    with statements() as seen:
        await browser.get("/readyz")
        await browser.get("/healthz")
    assert seen == []


async def test_ended_tasks_cost_a_scrape_nothing(app: App, browser: Browser) -> None:
    with statements() as seen:
        await browser.metrics()
    async with app.db.read() as session:
        plan = await session.execute(text(f"EXPLAIN QUERY PLAN {seen[0]}"))
        told = " ".join(str(row) for row in plan)
    assert "USING INDEX ix_tasks_live" in told
    assert "SCAN tasks'" not in told


async def test_a_pause_is_told_by_its_reason(app: App, browser: Browser) -> None:
    now = app.clock.now()
    async with app.db.write() as session:
        await pauses.put(session, Pause(SLUG, Why.FAULTS, now, now))
        # One that is over already.
        await pauses.put(session, Pause(SLUG, Why.LIMIT, now, now))
    page = await browser.metrics()
    assert page.value("inpaint_provider_paused", provider=SLUG, why="faults") == 1
    assert page.value("inpaint_provider_paused", provider=SLUG, why="limit") == 0


async def test_the_page_comes_even_when_the_database_does_not_answer(
    app: App, browser: Browser
) -> None:
    async with app.db.write() as session:
        await session.execute(text("ALTER TABLE tasks RENAME TO elsewhere"))
    page = await browser.metrics()
    assert "inpaint_tasks" not in page.families
    assert "inpaint_queue_length" not in page.families
    assert page.value("inpaint_disk_limit_bytes") == 5e9


async def test_ledger_drift_is_told_once_it_was_looked_for(
    app: App, browser: Browser, tmp_path: Path
) -> None:
    await app.intake.submit(request(tmp_path))
    assert "inpaint_ledger_drift_accounts" not in (await browser.metrics()).families
    await app.watch.audit.once()
    page = await browser.metrics()
    assert page.value("inpaint_ledger_drift_accounts") == 0
    checked_at = page.value("inpaint_ledger_checked_timestamp_seconds")
    assert 0 < checked_at <= app.clock.now().timestamp()
    async with app.db.write() as session:
        await session.execute(
            text("UPDATE accounts SET available = available + 1 WHERE code LIKE 'user:%'")
        )
    with statements() as seen:
        assert (await browser.metrics()).value("inpaint_ledger_drift_accounts") == 0
    assert len(seen) == 2
    await app.watch.audit.once()
    assert (await browser.metrics()).value("inpaint_ledger_drift_accounts") == 1


async def test_disk_workers_and_build_are_told(app: App, browser: Browser) -> None:
    await app.disk.measure()
    page = await browser.metrics()
    assert page.value("inpaint_disk_used_bytes") == app.disk.used_bytes > 0
    assert page.value("inpaint_worker_restarts_total") == 0
    assert page.value("inpaint_build_info") == 1
    assert page.value("inpaint_ready", part="disk") == 1
    assert page.value("inpaint_ready", part="database") == 0
    assert page.value("process_resident_memory_bytes") > 0


async def test_two_apps_in_one_process_count_apart(
    app: App, browser: Browser, tmp_path: Path
) -> None:
    async with opened(tmp_path / "other", Scripted()) as other, browsing(other) as others:
        task = await other.intake.submit(request(tmp_path))
        await other.tasks.cancel(task.id, 101, may_manage=False)
        counted = [await each.metrics() for each in (browser, others)]
    ended = [
        page.value("inpaint_tasks_ended_total", provider=SLUG, state="cancelled")
        for page in counted
    ]
    assert ended == [0, 1]
