"""Tasks whose process was killed, found by the next one."""

import shutil
from pathlib import Path

import pytest

from bot.domain import TaskState
from bot.errors import NotSent
from bot.providers.base import Idempotency
from tests.services.engine import assert_books, opened, purse, request, until, working
from tests.services.scripted import Scripted, hang, waiting, with_spec

S = TaskState


@pytest.mark.parametrize("state", [S.READY, S.SUBMITTING, S.RUNNING])
async def test_a_new_process_goes_on_where_the_old_one_ended(tmp_path: Path, state: S) -> None:
    first = with_spec(idempotency=Idempotency.LOOKUP)
    first.submits = [NotSent(retry_after_s=100.0)] if state is S.READY else [hang]
    if state is S.RUNNING:
        first.submits, first.polls = [waiting], [hang]
    async with opened(tmp_path / "data", first, stop_grace_s=0.0) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        while (await until(app, task.id, state)).attempt == 0:
            await app.clock.sleep(1)
    second = with_spec(idempotency=Idempotency.LOOKUP)
    second.lookups = [waiting]
    async with opened(tmp_path / "data", second) as app, working(app):
        assert (await until(app, task.id)).state is S.DONE
        assert len(second.started) == (1 if state is S.READY else 0)
        await assert_books(app)


async def _left_in_submit(folder: Path, tmp_path: Path) -> str:
    """A task whose process was killed in the middle of its starting call."""
    provider = Scripted(submits=[hang])
    async with opened(folder, provider, stop_grace_s=0.0) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        await until(app, task.id, S.SUBMITTING)
    return task.id


async def test_a_submit_whose_provider_was_switched_off_ends_unknown(tmp_path: Path) -> None:
    task_id = await _left_in_submit(tmp_path / "data", tmp_path)
    other = with_spec(slug="other")
    async with opened(tmp_path / "data", other) as app, working(app):
        ended = await until(app, task_id)
        assert (ended.state, ended.error_code) == (S.UNKNOWN, "unknown")
        assert "was switched off while this was being sent" in (ended.error_text or "")
        assert await purse(app) == (100, 0)
        assert other.started == []
        await assert_books(app)


@pytest.mark.parametrize("idempotency", list(Idempotency))
async def test_a_submit_whose_picture_was_lost_ends_unknown(
    tmp_path: Path, idempotency: Idempotency
) -> None:
    task_id = await _left_in_submit(tmp_path / "data", tmp_path)
    for folder in ("blobs", "work"):
        shutil.rmtree(tmp_path / "data" / folder)
    again = with_spec(idempotency=idempotency)
    async with opened(tmp_path / "data", again) as app, working(app):
        ended = await until(app, task_id)
        assert (ended.state, ended.error_code) == (S.UNKNOWN, "unknown")
        assert "picture of this edit was lost while" in (ended.error_text or "")
        assert await purse(app) == (100, 0)
        assert again.started == []
        await assert_books(app)


@pytest.mark.parametrize("state", [S.READY, S.RUNNING])
async def test_what_is_not_in_a_submit_fails_when_its_provider_was_switched_off(
    tmp_path: Path, state: S
) -> None:
    first = Scripted(polls=[hang])
    if state is S.READY:
        first.submits = [NotSent(retry_after_s=500.0)]
    async with opened(tmp_path / "data", first, stop_grace_s=0.0) as app, working(app):
        task = await app.intake.submit(request(tmp_path))
        while (await until(app, task.id, state)).attempt == 0:
            await app.clock.sleep(1)
    async with opened(tmp_path / "data", with_spec(slug="other")) as app, working(app):
        ended = await until(app, task.id)
        assert (ended.state, ended.error_code) == (S.FAILED, "unavailable")
        assert await purse(app) == (100, 0)
        await assert_books(app)
