"""One edit through the real engine, on every provider; and Cancel while it runs."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.app import App
from bot.domain import Op, ResultState, Task, TaskState
from bot.errors import BadAnswer
from bot.providers import Off, Parts
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Delivered, Travel
from bot.providers.fetch import Fetcher
from bot.sandbox.standins.common import serving
from bot.sandbox.standins.faults import Behavior, Kind
from bot.services import reading
from tests.providers.case import Case
from tests.providers.cases import CASES
from tests.providers.faults import Row
from tests.providers.media import media_links
from tests.providers.remotes import soon
from tests.providers.stage import asked, assert_money, assert_silent, at_fault, ended
from tests.services.engine import settings
from tests.services.scripted import ThreadPictures

EDITING = [case for case in CASES.values() if case.spec.ops[Op.INPAINT].image is not Travel.PARENT]
EVERY = pytest.mark.parametrize("case", EDITING, ids=[case.spec.slug for case in EDITING])


@EVERY
async def test_an_edit_changes_the_mask_and_nothing_else(
    case: Case, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    count = min(2, case.spec.ops[Op.INPAINT].count_max)
    caplog.set_level("DEBUG", logger="bot")
    async with at_fault(case, Row("done", count=count), tmp_path) as (_, app):
        task = await asked(app, case, Row("done", count=count), tmp_path)
        task = await ended(app, task.id)
        assert task.state is TaskState.DONE, task.error_text
        assert task.settled == task.quoted
        assert task.upstream_unit == case.spec.unit
        picture, mask = await sent_files(app, task)
        async with app.db.read() as session:
            results = await reading.results(session, [task.id])
        assert [result.state for result, _ in results] == [ResultState.OK] * count
        for _, blob in results:
            assert blob is not None
            assert_only_inside(picture, mask, app.blobs.path(blob.id, blob.suffix))
        await assert_money(app, replace(task, count=1))
    assert_silent(caplog.text, task)


async def sent_files(app: App, task: Task) -> tuple[Path, Path]:
    files = await app.blobs.paths(app.db, task.picture_blob or "", task.mask_blob or "")
    return files[0], files[1]


def assert_only_inside(picture: Path, mask: Path, result: Path) -> None:
    difference = compared(picture, result)
    assert difference.getbbox() is not None
    with Image.open(mask) as marks:
        outside = ImageChops.invert(marks.convert("L"))
    black = Image.new("RGB", difference.size)
    assert Image.composite(difference, black, outside).getbbox() is None


def compared(picture: Path, result: Path) -> Image.Image:
    with Image.open(picture) as a, Image.open(result) as b:
        return ImageChops.difference(a.convert("RGB"), b.convert("RGB"))


def told(slug: str, name: str, value: str) -> Case:
    """A provider with one more setting."""
    case = CASES[slug]
    return replace(case, settings=lambda desk: case.settings(desk) | {name: value})


async def test_a_mask_can_travel_as_transparency(tmp_path: Path) -> None:
    case = told("aithriving", "aithriving_mask", "alpha")
    async with at_fault(case, Row("done"), tmp_path) as (desk, app):
        task = await ended(app, (await asked(app, case, Row("done"), tmp_path)).id)
        assert task.state is TaskState.DONE, task.error_text
        (start,) = desk.sent("submit")
        assert "mask" not in start.body
        async with app.db.read() as session:
            ((_, blob),) = await reading.results(session, [task.id])
        assert blob is not None
        assert_only_inside(*await sent_files(app, task), app.blobs.path(blob.id, blob.suffix))


async def test_a_mask_can_be_turned_around(tmp_path: Path) -> None:
    case = told("qolaba", "qolaba_invert_mask", "true")
    row = Row("done", behavior=Behavior.ENDLESS)
    async with at_fault(case, row, tmp_path) as (_, app):
        task = await ended(app, (await asked(app, case, row, tmp_path)).id, TaskState.RUNNING)
        with Image.open(app.settings.data_dir / "work" / task.id / "mask.png") as sent:
            middle = sent.width // 2, sent.height // 2
            assert (sent.getpixel((0, 0)), sent.getpixel(middle)) == (255, 0)


async def test_a_picture_that_is_late_is_waited_for(tmp_path: Path) -> None:
    fault = {"kind": Kind.STATUS, "status": 404, "times": 2}
    row = Row("done", "file", fault, behavior="future")
    async with at_fault(CASES["modelslab"], row, tmp_path) as (desk, app):
        task = await ended(app, (await asked(app, CASES["modelslab"], row, tmp_path)).id)
        assert task.state is TaskState.DONE, task.error_text
        assert desk.calls("file") == 3


async def test_a_blanked_picture_is_not_paid(tmp_path: Path) -> None:
    row = Row("failed filtered", behavior=Behavior.NSFW)
    async with at_fault(CASES["modelslab"], row, tmp_path) as (_, app):
        task = await ended(app, (await asked(app, CASES["modelslab"], row, tmp_path)).id)
        assert (task.state, task.error_code, task.settled) == (TaskState.FAILED, "filtered", 0)
        assert "safety filter" in (task.error_text or "")


async def _private(host: str, port: int) -> list[str]:
    return ["93.184.216.34", "10.0.0.1"]


@pytest.mark.parametrize("slug", ["modelslab", "qolaba"])
async def test_a_listed_host_on_a_private_address_is_not_fetched(slug: str, tmp_path: Path) -> None:
    case = CASES[slug]
    picture = Delivered(url=f"https://{case.spec.origins[0].replace('*', 'cdn')}/1.png")
    async with media_links() as media, serving(case.standin) as desk, open_client() as client:
        api = ApiClient(client, fetcher=Fetcher(_private), sleep=soon)
        chosen = settings(tmp_path, **case.settings(desk))
        provider = case.factory(Parts(chosen, api, ThreadPictures(), media))
        assert not isinstance(provider, Off)
        with pytest.raises(BadAnswer, match="private network"):
            await provider.download(picture, tmp_path / "raw")
    assert not (tmp_path / "raw").exists()
