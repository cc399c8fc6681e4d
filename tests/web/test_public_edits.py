"""Edits whose provider fetches our pictures and calls us, over loopback, with the real engine."""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.db.models import TaskEvent
from bot.domain import MaskSource, Op, Task, TaskState
from bot.providers import apiframe, apiframe_answers, modelslab, modelslab_answers, qolaba
from bot.providers.base import Job, Update, Waiting
from bot.sandbox.standins.apiframe import ApiframeStandIn
from bot.sandbox.standins.apiframe import settings as apiframe_settings
from bot.sandbox.standins.modelslab import ModelsLabStandIn
from bot.sandbox.standins.modelslab import settings as modelslab_settings
from bot.sandbox.standins.qolaba import QolabaStandIn
from bot.sandbox.standins.qolaba import settings as qolaba_settings
from bot.services import follow, prepare
from bot.web.public import Links
from tests.services.engine import assert_books, opened, purse, request, until
from tests.services.scripted import Scripted, done
from tests.web.outside import SECRET_HEADER
from tests.web.reached import published, reached

# Longer than any test waits: only a call can make the bot ask before.
NEVER_S = 36_000.0


async def get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(trust_env=False, timeout=45) as client:
        return await client.get(url)


async def test_qolaba_fetches_the_picture_and_the_mask_from_us(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "bot")
    there = reached(tmp_path, QolabaStandIn, qolaba.provider, qolaba_settings)
    async with there as (desk, app):
        task = await app.intake.submit(request(tmp_path))
        task = await until(app, task.id)
        assert task.state is TaskState.DONE, task.error_text
        (sent,) = desk.sent("submit")
        links = [sent.body["image"], sent.body["mask_url"]]
        media = f"{app.settings.public_url}/media/"
        assert all(link.startswith(media) for link in links)
        assert [link.rpartition("/")[2] for link in links] == ["picture.png", "mask.png"]
        # The folder goes right after the end is committed.
        folder = app.settings.data_dir / "work" / task.id
        async with httpx.AsyncClient(trust_env=False, timeout=45) as client:
            while folder.exists():
                await client.get(f"{app.settings.public_url}/")
        assert [(await get(link)).status_code for link in links] == [404, 404]
        assert not any(link.split("/")[-3] in caplog.text for link in links)
        await assert_books(app)


async def test_modelslab_fetches_from_us_and_calls_when_it_is_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modelslab_answers, "ETA_S_MAX", NEVER_S)
    monkeypatch.setattr(modelslab_answers, "POLL_AFTER_S", NEVER_S)
    there = reached(tmp_path, ModelsLabStandIn, modelslab.provider, modelslab_settings, pace_s=0.2)
    async with there as (desk, app):
        task = await app.intake.submit(request(tmp_path))
        task = await until(app, task.id)
        assert task.state is TaskState.DONE, task.error_text
        (sent,) = desk.sent("submit")
        assert sent.body["init_image"].startswith(f"{app.settings.public_url}/media/")
        assert sent.body["track_id"] == int(task.id, 36)
        assert desk.calls("upload") == 0
        assert desk.hooks.answers == [200]
        await assert_books(app)


async def test_apiframe_calls_and_is_asked_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apiframe_answers, "POLL_AFTER_S", NEVER_S)
    there = reached(tmp_path, ApiframeStandIn, apiframe.provider, apiframe_settings, pace_s=0.2)
    async with there as (desk, app):
        wish = request(tmp_path, op=Op.IMAGINE, count=4, picture=None, mask=None)
        columns: dict[str, Any] = {"draft_reason": None, "mask_source": MaskSource.NONE}
        task = await app.intake.book(wish, apiframe.SPEC, columns, None)
        task = await until(app, task.id)
        assert task.state is TaskState.DONE, task.error_text
        (sent,) = desk.sent("submit")
        assert sent.body["webhook_url"].startswith(f"{app.settings.public_url}/hooks/apiframe/")
        assert desk.hooks.answers == [200]
        assert desk.calls("poll") == 1
        await assert_books(app)


@dataclass
class Caller(Scripted):
    """A provider that calls us, and notes when it was asked."""

    asked_at: list[Any] = field(default_factory=list)
    now: Any = None

    def heard(self, headers: Any, body: bytes, secret: str) -> bool | None:
        return None if headers.get(SECRET_HEADER) != secret else body == b"{}"

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        self.asked_at.append(self.now())
        return await super().poll(job, waiting)


def waits(job: Job) -> Waiting:
    return Waiting(f"remote-{job.task_id}", NEVER_S)


async def call(links: Links, task: Task, body: bytes = b"{}", secret: str = "") -> int:
    """What the provider reads for an answer."""
    shown = secret or links.hooks.secret("scripted", task.id)
    async with httpx.AsyncClient(trust_env=False, timeout=45) as client:
        url = links.hooks.url("scripted", task.id)
        return (await client.post(url, content=body, headers={SECRET_HEADER: shown})).status_code


async def begun(app: App, provider: Caller, folder: Path, *states: TaskState) -> Task:
    provider.now = app.clock.now
    task = await app.intake.submit(request(folder))
    return await until(app, task.id, *states)


async def standing(app: App, task: Task) -> tuple[Task | None, int]:
    """All of a task that a call might change."""
    async with app.db.read() as session:
        moves = await session.scalar(select(func.count()).where(TaskEvent.task_id == task.id))
    return await app.tasks.get(task.id), moves or 0


async def test_a_call_makes_a_sleeping_task_ask(tmp_path: Path) -> None:
    provider = Caller(submits=[waits], polls=[done])
    async with published(tmp_path, provider) as (app, links):
        task = await begun(app, provider, tmp_path, TaskState.RUNNING)
        assert await call(links, task) == 200
        task = await until(app, task.id)
        assert task.state is TaskState.DONE
        assert len(provider.asked_at) == 1
        assert len(provider.started) == 1


async def test_a_call_just_before_the_bot_asks_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    provider = Caller(submits=[waits], polls=[done])
    async with published(tmp_path, provider) as (app, links):
        task = await begun(app, provider, tmp_path, TaskState.RUNNING)
        prepared, polled, again = prepare.job, provider.poll, [task.id]

        async def slowly(job: Job, waiting: Waiting) -> Update:
            await asyncio.sleep(0.01)
            return await polled(job, waiting)

        async def called_meanwhile(tools: Any, row: Task, spec: Any) -> Job:
            is_due = app.clock.now() >= row.updated_at + timedelta(seconds=follow.HURRY_PAUSE_S)
            if is_due and again:
                app.dispatcher.hurry(again.pop())
            return await prepared(tools, row, spec)

        monkeypatch.setattr(prepare, "job", called_meanwhile)
        monkeypatch.setattr(provider, "poll", slowly)
        assert await call(links, task) == 200
        task = await until(app, task.id)
        assert (task.state, again) == (TaskState.DONE, [])


async def test_an_early_call_is_remembered_until_the_task_runs(tmp_path: Path) -> None:
    answers: list[int] = []

    async def early(job: Job) -> Waiting:
        task = await app.tasks.get(job.task_id)
        assert task is not None
        assert task.state is TaskState.SUBMITTING
        answers.append(await call(links, task))
        return waits(job)

    provider = Caller(submits=[early], polls=[done])
    async with published(tmp_path, provider) as (app, links):
        task = await begun(app, provider, tmp_path)
        assert (task.state, answers) == (TaskState.DONE, [200])
        assert len(provider.started) == 1
        await assert_books(app)


async def test_a_forged_or_empty_call_changes_nothing(tmp_path: Path) -> None:
    provider = Caller(submits=[waits], polls=[done])
    async with published(tmp_path, provider) as (app, links):
        task = await begun(app, provider, tmp_path, TaskState.RUNNING)
        before = await standing(app, task)
        assert await call(links, task, secret="forged") == 404
        assert await call(links, task, b"<html>") == 200
        assert await call(links, task, b"{" * 100_000) == 413
        assert not app.dispatcher.hurried(task.id).is_set()
        assert await standing(app, task) == before
        assert provider.asked_at == []


async def test_a_late_call_for_an_ended_task_changes_nothing(tmp_path: Path) -> None:
    provider = Caller(polls=[done])
    async with published(tmp_path, provider) as (app, links):
        task = await begun(app, provider, tmp_path)
        while app.dispatcher.live([task.id]):
            await get(links.base_url)
        before, asked = await standing(app, task), len(provider.asked_at)
        assert [await call(links, task) for _ in range(3)] == [200, 200, 200]
        assert await standing(app, task) == before
        assert len(provider.asked_at) == asked
        assert await purse(app) == (93, 0)
        await assert_books(app)


async def test_a_call_asks_once(tmp_path: Path) -> None:
    left: list[bool] = []

    def asked(job: Job) -> Update:
        left.append(app.dispatcher.hurried(job.task_id).is_set())
        return done(job)

    provider = Caller(submits=[waits], polls=[asked])
    async with published(tmp_path, provider) as (app, links):
        task = await begun(app, provider, tmp_path, TaskState.RUNNING)
        assert await call(links, task) == 200
        await until(app, task.id)
        assert left == [False]


async def test_a_replayed_call_asks_only_so_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "HURRY_PAUSE_S", 30.0)
    provider = Caller(submits=[waits], polls=[*[waits] * 3, done])
    async with published(tmp_path, provider) as (app, links):
        task = await begun(app, provider, tmp_path, TaskState.RUNNING)
        while (await app.tasks.get(task.id) or task).state is TaskState.RUNNING:
            assert await call(links, task) == 200
        assert (await until(app, task.id)).state is TaskState.DONE
        gaps = zip(provider.asked_at[1:], provider.asked_at, strict=False)
        assert all((later - sooner).total_seconds() >= 30.0 for later, sooner in gaps)
        assert len(provider.asked_at) == 4


async def test_without_a_public_address_there_is_none_to_call(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Caller()) as app, app.published():
        assert app.routes == ()
    assert not (tmp_path / "data" / "link.key").exists()
