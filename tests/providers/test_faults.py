"""Every fault of the table, on every provider, through the real engine over loopback HTTP."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import httpx
import pytest

from bot.app import App
from bot.domain import MaskSource, Op, Task
from bot.providers import Off, Parts
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Provider, ProviderSpec, Travel
from bot.sandbox.standins.common import KEY, Desk, serving
from tests.providers.case import Case
from tests.providers.cases import CASES
from tests.providers.faults import DOWNLOAD, FEWER, POLL, ROWS, SUBMIT, Row
from tests.providers.media import media_links
from tests.providers.remotes import soon
from tests.services.engine import assert_books, opened, purse, request, settings, until, working
from tests.services.scripted import Scripted, ThreadPictures

GRANT = 100
NOBODY = "http://127.0.0.1:9"


class Scaled:
    """A provider whose spec is scaled down for a test."""

    def __init__(self, inner: Provider, changes: dict[str, Any]) -> None:
        self._inner = inner
        self.spec: ProviderSpec = replace(inner.spec, **changes)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def rows_of(case: Case) -> dict[str, Row]:
    """What can happen to this provider, with its own endings."""
    left = dict(ROWS)
    out = [
        *([] if case.starts else SUBMIT),
        *([] if case.polls else POLL),
        *(DOWNLOAD if case.inline else []),
        *([] if _op(case).count_max > 1 and not _op(case).makes else FEWER),
    ]
    for name in (*out, *(name for name, ends in case.ends.items() if ends is None)):
        left.pop(name, None)
    own = {name: ends for name, ends in case.ends.items() if ends and name in left}
    return left | {name: replace(left[name], ends=ends) for name, ends in own.items()}


def _op(case: Case) -> Any:
    return case.spec.ops[_first(case)]


def _first(case: Case) -> Op:
    """The operation that needs no earlier result."""
    inpaints = case.spec.ops[Op.INPAINT].image is not Travel.PARENT
    return Op.INPAINT if inpaints else Op.IMAGINE


TABLE = [(case, name, row) for case in CASES.values() for name, row in rows_of(case).items()]


@pytest.mark.parametrize(
    ("case", "row"),
    [(case, row) for case, _, row in TABLE],
    ids=[f"{case.spec.slug}: {name}" for case, name, _ in TABLE],
)
async def test_a_fault_has_one_right_outcome(
    case: Case, row: Row, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await asked(app, case, row, tmp_path)
        task = await until(app, task.id)
        assert f"{task.state} {task.error_code or ''}".strip() == row.ends
        assert row.submits in {None, desk.calls("submit")} or not case.starts
        await assert_money(app, task)
    assert_silent(caplog.text, task, desk)


@asynccontextmanager
async def at_fault(case: Case, row: Row, folder: Path) -> AsyncGenerator[tuple[Desk, App]]:
    """A provider whose stand-in does what the row says, behind the engine."""
    async with (
        media_links() as media,
        serving(case.standin, file_life_s=row.file_life_s, pace_s=row.pace_s) as desk,
        _client(row) as client,
    ):
        chosen = case.settings(desk)
        if row.away == "refused":
            chosen = {name: each.replace(desk.origin, NOBODY) for name, each in chosen.items()}
        parts = Parts(
            settings(folder, **chosen), ApiClient(client, sleep=soon), ThreadPictures(), media
        )
        made = case.factory(parts)
        assert not isinstance(made, Off)
        desk.faults |= row.laid()
        desk.behavior |= {row.behavior, case.queues if row.call == "poll" else ""} - {""}
        provider = cast("Scripted", Scaled(made, dict(row.spec)))
        async with opened(folder / "data", provider) as app, working(app):
            yield desk, app


async def asked(app: App, case: Case, row: Row, folder: Path) -> Task:
    """One wish of as many pictures as the row has, or as the provider always makes."""
    op, count = _first(case), _op(case).makes or row.count
    if op is Op.INPAINT:
        return await app.intake.submit(request(folder, count=count))
    wish = request(folder, op=op, count=count, picture=None, mask=None)
    columns = {"draft_reason": None, "mask_source": MaskSource.NONE}
    return await app.intake.book(wish, case.spec, columns, None)


async def assert_money(app: App, task: Task) -> None:
    """Nothing is held any more, and only what was delivered was paid."""
    assert await purse(app) == (GRANT - task.settled, 0)
    assert task.settled == 0 or task.state == "done"
    if task.count == 2:
        assert 0 < task.settled <= task.quoted / 2
    assert task.error_text is None or "not charged" in task.error_text
    await assert_books(app)


def assert_silent(logged: str, task: Task, desk: Desk) -> None:
    """No key, no address of a picture and no prompt is told to anybody."""
    for told in (logged, task.error_text or ""):
        assert KEY not in told
        assert "/files/" not in told
        assert "/media/" not in told
        assert task.prompt not in told


@asynccontextmanager
async def _client(row: Row) -> AsyncGenerator[httpx.AsyncClient]:
    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("nobody answers the door", request=request)

    if row.away == "timeout":
        async with httpx.AsyncClient(transport=httpx.MockTransport(nobody)) as client:
            yield client
    else:
        async with open_client() as client:
            yield client


def test_the_table_names_only_rows_that_there_are() -> None:
    for case in CASES.values():
        assert set(case.ends) <= set(ROWS)
