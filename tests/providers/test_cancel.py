"""Cancel at each state: with providers that confirm it, refuse it, or have no such call."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain import TaskState
from bot.sandbox.standins.common import Desk
from bot.sandbox.standins.faults import Behavior, Kind
from bot.services.tasks import CancelOutcome
from tests.providers.case import Case
from tests.providers.cases import CASES
from tests.providers.faults import Row
from tests.providers.stage import WAIT_S, asked, assert_money, at_fault, ended
from tests.services.engine import ALICE

S = TaskState
STARTING = [case for case in CASES.values() if case.starts]
POLLING = [case for case in STARTING if case.polls]
FULL = {"concurrency": 0}
SLOW_START = {"kind": Kind.LATE, "wait_s": 0.8}


def each(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.spec.slug for case in cases])


@each(list(CASES.values()))
async def test_before_it_is_sent_nothing_is_asked_and_all_is_given_back(
    case: Case, tmp_path: Path
) -> None:
    row = Row("cancelled", spec=FULL)
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await asked(app, case, row, tmp_path)
        assert task.state is S.QUEUED
        assert await app.tasks.cancel(task.id, ALICE, False) is CancelOutcome.CANCELLED
        task = await ended(app, task.id)
        assert (task.state, task.settled) == (S.CANCELLED, 0)
        assert desk.calls("submit") == 0
        await assert_money(app, task)


async def test_while_it_is_made_ready_nothing_is_sent_any_more(tmp_path: Path) -> None:
    case, row = CASES["scenario"], Row("cancelled", "models", {"kind": Kind.LATE, "wait_s": 0.8})
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await asked(app, case, row, tmp_path)
        await ended(app, task.id, S.READY)
        assert await app.tasks.cancel(task.id, ALICE, False) is CancelOutcome.CANCELLED
        task = await ended(app, task.id)
        assert (task.state, task.settled) == (S.CANCELLED, 0)
        assert desk.calls("submit") == 0
        await assert_money(app, task)


@each(STARTING)
async def test_while_it_is_sent_the_provider_decides_once_it_has_it(
    case: Case, tmp_path: Path
) -> None:
    pace_s = 600.0 if case.spec.cancels else 0.0
    row = Row("", fault=SLOW_START, pace_s=pace_s)
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await asked(app, case, row, tmp_path)
        await ended(app, task.id, S.SUBMITTING)
        said = await app.tasks.cancel(task.id, ALICE, False)
        assert said is (CancelOutcome.ASKED if case.spec.cancels else CancelOutcome.TOO_LATE)
        task = await ended(app, task.id)
        assert task.state is (S.CANCELLED if case.spec.cancels else S.DONE)
        assert desk.calls("submit") == 1
        assert desk.calls("cancel") == case.spec.cancels
        await assert_money(app, replace(task, count=1))


@each(POLLING)
async def test_while_it_runs_the_provider_decides(case: Case, tmp_path: Path) -> None:
    slow = Row("", call="poll", pace_s=600.0)
    row = slow if case.spec.cancels else Row("", call="poll", behavior=Behavior.ENDLESS)
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await asked(app, case, row, tmp_path)
        await ended(app, task.id, S.RUNNING)
        said = await app.tasks.cancel(task.id, ALICE, False)
        assert said is (CancelOutcome.ASKED if case.spec.cancels else CancelOutcome.TOO_LATE)
        if not case.spec.cancels:
            desk.behavior.discard(Behavior.ENDLESS)
        task = await ended(app, task.id)
        assert task.state is (S.CANCELLED if case.spec.cancels else S.DONE)
        assert desk.calls("submit") == 1
        await assert_money(app, replace(task, count=1))


async def done_once_asked(desk: Desk) -> None:
    """Let the jobs be done as soon as somebody has asked to cancel one."""
    async with asyncio.timeout(WAIT_S):
        while not desk.calls("cancel"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    for remote in desk.jobs.values():
        remote.ready_at = remote.began_at


async def test_a_provider_that_refuses_goes_on_and_is_paid(tmp_path: Path) -> None:
    case, row = CASES["scenario"], Row("", behavior="no_cancel", pace_s=600.0)
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await asked(app, case, row, tmp_path)
        await ended(app, task.id, S.RUNNING)
        assert await app.tasks.cancel(task.id, ALICE, False) is CancelOutcome.ASKED
        await done_once_asked(desk)
        task = await ended(app, task.id)
        assert (task.state, task.settled) == (S.DONE, task.quoted)
        assert task.remote_state["cancel_refused"]
        assert (desk.calls("submit"), desk.calls("cancel")) == (1, 1)
        await assert_money(app, task)


async def test_a_provider_that_is_gone_when_asked_goes_on(tmp_path: Path) -> None:
    fault = {"kind": Kind.STATUS, "status": 500}
    case, row = CASES["scenario"], Row("", "cancel", fault, pace_s=600.0)
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await asked(app, case, row, tmp_path)
        await ended(app, task.id, S.RUNNING)
        assert await app.tasks.cancel(task.id, ALICE, False) is CancelOutcome.ASKED
        await done_once_asked(desk)
        task = await ended(app, task.id)
        assert (task.state, task.settled) == (S.DONE, task.quoted)
        assert desk.calls("submit") == 1
        await assert_money(app, task)
