"""The books recomputed: what is wrong is named, and what is right is left alone."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text, update

from bot.app import App
from bot.db.models import TaskRow
from bot.domain import TaskState
from bot.services import findings
from bot.services.charges import charges
from bot.services.findings import Findings
from tests.services.engine import ALICE, GUILD, request, until
from tests.services.scripted import SPEC

PURSE = f"user:{GUILD}:{ALICE}"


async def look(app: App) -> Findings:
    async with app.db.read() as session:
        return await findings.look(session)


async def spoil(app: App, statement: str) -> None:
    async with app.db.write() as session:
        await session.execute(text(statement))


async def test_sound_books_have_no_findings(app: App, tmp_path: Path) -> None:
    done = await app.intake.submit(request(tmp_path))
    await until(app, done.id)
    assert (await look(app)).sound


async def test_sound_books_with_a_live_edit_and_a_cancelled_one(idle: App, tmp_path: Path) -> None:
    for key in ("k1", "k2"):
        task = await idle.intake.submit(request(tmp_path, key))
    await idle.tasks.cancel(task.id, ALICE, may_manage=False)
    assert (await look(idle)).sound


@pytest.mark.parametrize(
    ("spoiled", "why"),
    [
        ("UPDATE tasks SET settled = 3", "settled another amount"),
        ("UPDATE tasks SET state = 'failed'", "was charged without a result"),
        ("UPDATE tasks SET queued_at = NULL", "holds without having begun"),
        ("UPDATE tasks SET state = 'running'", "is live and resolved"),
    ],
)
async def test_an_edit_whose_money_went_wrong_is_named(
    app: App, tmp_path: Path, spoiled: str, why: str
) -> None:
    task = await until(app, (await app.intake.submit(request(tmp_path))).id)
    await spoil(app, spoiled)
    (found,) = (await look(app)).tasks
    assert (found.task_id, found.why) == (task.id, why)
    assert (await look(app)).guilds == {GUILD}


async def test_an_edit_that_ended_without_being_resolved_is_named(
    idle: App, tmp_path: Path
) -> None:
    task = await idle.intake.submit(request(tmp_path))
    async with idle.db.write() as session:
        ended = update(TaskRow).values(state=TaskState.FAILED, held=0)
        await session.execute(ended.where(TaskRow.id == task.id))
    found = await look(idle)
    assert [each.why for each in found.tasks] == ["ended and is not resolved once"]
    assert [(each.code, each.held, each.held_by_tasks) for each in found.holds] == [(PURSE, 7, 0)]


async def test_a_balance_that_was_changed_by_hand_is_named_with_its_server(
    app: App, tmp_path: Path
) -> None:
    await until(app, (await app.intake.submit(request(tmp_path))).id)
    await spoil(app, "UPDATE accounts SET available = 0 WHERE code LIKE 'user:%'")
    found = await look(app)
    assert [each.code for each in found.drifts] == [PURSE]
    assert found.total == -93
    assert found.guilds == {GUILD}
    assert found.of_guild(GUILD + 1).sound


async def test_a_wrong_sponsors_account_belongs_to_its_threads_server(
    app: App, tmp_path: Path
) -> None:
    await until(app, (await app.intake.submit(request(tmp_path))).id)
    await app.credits.sponsors.start(GUILD, 77, ALICE, 20, None, "s")
    await spoil(app, "UPDATE accounts SET available = 5 WHERE code = 'sponsor:77'")
    found = await look(app)
    assert found.guilds == {GUILD}
    assert [each.code for each in found.of_guild(GUILD).drifts] == ["sponsor:77"]
    assert found.of_guild(GUILD + 1).sound


async def test_what_a_provider_told_stands_beside_what_was_recorded(
    app: App, tmp_path: Path
) -> None:
    for key in ("k1", "k2"):
        await until(app, (await app.intake.submit(request(tmp_path, key))).id)
    async with app.db.write() as session:
        told = update(TaskRow).where(TaskRow.request_key == "k1").values(upstream_cost="6.5")
        await session.execute(told)
        unread = update(TaskRow).where(TaskRow.request_key == "k2").values(upstream_cost="dear")
        await session.execute(unread)
    since = app.clock.now() - timedelta(days=1)
    async with app.db.read() as session:
        (charge,) = await charges(session, {SPEC.slug: SPEC}, since, GUILD)
        assert await charges(session, {SPEC.slug: SPEC}, since, GUILD + 1) == []
    assert (charge.provider, charge.edits, charge.credits) == (SPEC.slug, 2, 14)
    assert (charge.listed, charge.told_of, charge.told) == (Decimal(14), 1, Decimal("6.5"))
