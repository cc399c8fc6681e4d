"""Edits through the real engine, its SQLite file and the stand-ins over loopback HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from bot.app import App
from bot.domain import MaskSource, Op, Options, ResultState, Task, TaskState
from bot.errors import BadParent
from bot.providers import apiframe
from bot.providers.base import Provider
from bot.sandbox.standins.scenario import SIGNATURE
from bot.services import reading
from tests import assets
from tests.providers.apiframe_case import at_hand as apiframe_at_hand
from tests.providers.scenario_case import scenario_at_hand
from tests.providers.test_iopaint import at_hand as iopaint_at_hand
from tests.services.engine import assert_books, opened, purse, request, until, working
from tests.services.scripted import Scripted

# What a step without picture and mask leaves in its row.
BARE: dict[str, Any] = {"draft_reason": None, "mask_source": MaskSource.NONE}


@asynccontextmanager
async def engine(folder: Path, provider: Provider) -> AsyncGenerator[App]:
    async with opened(folder / "data", cast("Scripted", provider)) as app, working(app):
        yield app


async def picture_of(app: App, task: Task, n: int = 1) -> Image.Image:
    async with app.db.read() as session:
        results = await reading.results(session, [task.id])
    blob = results[n - 1][1]
    assert blob is not None
    with Image.open(app.blobs.path(blob.id, blob.suffix)) as image:
        return image.convert("RGB")


async def test_scenario_edits_and_is_paid_once(tmp_path: Path) -> None:
    async with scenario_at_hand(pace_s=0.1) as (desk, provider), engine(tmp_path, provider) as app:
        task = await app.intake.submit(request(tmp_path, count=2))
        task = await until(app, task.id)
        assert task.state is TaskState.DONE, task.error_text
        assert await purse(app) == (100 - 2 * 5, 0)
        assert (task.upstream_cost, task.upstream_unit) == ("10", "creative units")
        assert SIGNATURE not in str(task.remote_state)
        before = Image.open(tmp_path / "k1.png").convert("RGB")
        after = await picture_of(app, task)
        assert after.size == before.size
        assert assets.changed(before, after).getbbox() is not None
        assert desk.calls("submit") == 1
        await assert_books(app)


async def test_scenarios_filter_costs_nothing(tmp_path: Path) -> None:
    async with scenario_at_hand() as (_, provider), engine(tmp_path, provider) as app:
        for n, word in enumerate(("nsfw", "labeled")):
            task = await app.intake.submit(request(tmp_path, f"k{n}", prompt=f"vase #{word}"))
            task = await until(app, task.id)
            assert (task.state, task.error_code) == (TaskState.FAILED, "filtered")
        assert await purse(app) == (100, 0)
        await assert_books(app)


async def test_iopaint_edits_for_nothing(tmp_path: Path) -> None:
    async with iopaint_at_hand() as (desk, provider), engine(tmp_path, provider) as app:
        wish = Options(model="lama")
        task = await app.intake.submit(request(tmp_path, count=2, options=wish))
        task = await until(app, task.id)
        assert task.state is TaskState.DONE, task.error_text
        assert await purse(app) == (100, 0)
        first, second = await picture_of(app, task), await picture_of(app, task, 2)
        assert assets.changed(first, second).getbbox() is not None
        assert desk.calls("poll") == 2
        await assert_books(app)


async def test_iopaints_garbage_costs_nothing_and_says_so(tmp_path: Path) -> None:
    async with iopaint_at_hand() as (_, provider), engine(tmp_path, provider) as app:
        task = await app.intake.submit(request(tmp_path, prompt="vase #garbage"))
        task = await until(app, task.id)
        assert task.state is TaskState.FAILED
        assert "no picture that I can use" in (task.error_text or "")


async def booked(app: App, folder: Path, op: Op, parent: Task | None, n: int = 1) -> Task:
    """One step without files, as the buttons will book it."""
    wish = request(folder, f"{op}-{n}", op=op, count=4, picture=None, mask=None)
    columns = dict(BARE)
    if parent:
        columns |= {"parent_task_id": parent.id, "parent_result_n": n}
    made = await app.intake.book(wish, apiframe.SPEC, columns, None)
    task = await until(app, made.id)
    assert task.state is TaskState.DONE, task.error_text
    return task


async def test_apiframe_goes_from_words_to_an_edited_region(tmp_path: Path) -> None:
    async with apiframe_at_hand(pace_s=0.1) as (desk, provider), engine(tmp_path, provider) as app:
        imagined = await booked(app, tmp_path, Op.IMAGINE, None)
        upscaled = await booked(app, tmp_path, Op.UPSCALE, imagined, 2)
        before = await picture_of(app, upscaled)
        mask = assets.save(assets.mask(*before.size), tmp_path / "region.png")
        wish = request(tmp_path, "edit", count=4, picture=None, mask=mask)
        edited = await app.intake.submit(
            replace(wish, parent_task_id=upscaled.id, parent_result_n=1)
        )
        edited = await until(app, edited.id)
        assert edited.state is TaskState.DONE, edited.error_text
        after = await picture_of(app, edited)
        assert after.size == before.size
        sent = [each.body for each in desk.seen if each.call == "submit"]
        assert sent[1] == {"parent_task_id": imagined.remote_id, "index": "2"}
        assert sent[2]["parent_task_id"] == upscaled.remote_id
        async with app.db.read() as session:
            results = [result for result, _ in await reading.results(session, [imagined.id])]
        assert [result.remote_index for result in results] == [1, 2, 3, 4]
        assert {result.state for result in results} == {ResultState.OK}
        await assert_books(app)


async def test_apiframe_refuses_an_upload_with_what_to_do_instead(tmp_path: Path) -> None:
    async with apiframe_at_hand() as (desk, provider), engine(tmp_path, provider) as app:
        for n, named in enumerate(("apiframe", None)):
            with pytest.raises(BadParent, match=r"with /imagine, press U1 to U4"):
                await app.intake.submit(request(tmp_path, f"k{n}", provider=named))
        assert await purse(app) == (0, 0)  # not even opened
        assert not desk.seen


@pytest.mark.parametrize("word", ["failed", "empty", "nsfw"])
async def test_what_came_to_nothing_at_apiframe_costs_nothing(word: str, tmp_path: Path) -> None:
    async with apiframe_at_hand() as (desk, provider), engine(tmp_path, provider) as app:
        wish = request(tmp_path, op=Op.IMAGINE, count=4, prompt=f"#{word}", picture=None, mask=None)
        task = await app.intake.book(wish, apiframe.SPEC, dict(BARE), None)
        task = await until(app, task.id)
        assert task.state is TaskState.FAILED
        assert "not charged" in (task.error_text or "")
        assert await purse(app) == (100, 0)
        assert desk.calls("submit") == 1
