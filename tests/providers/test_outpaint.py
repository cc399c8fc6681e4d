"""Room added at a picture's sides, through the real engine: by Local and by those over HTTP."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.app import App
from bot.domain import MaskSource, MaskTuning, Op, Task, TaskState
from bot.errors import NothingCanDoThis
from bot.providers.base import Travel
from bot.providers.local import Local
from bot.services import reading
from tests import assets
from tests.providers.cases import CASES
from tests.providers.faults import Row
from tests.providers.stage import asked, at_fault, ended
from tests.services.engine import opened, request, working
from tests.services.scripted import ThreadPictures

SIDES = MaskTuning(where="left 50%, up 25%")
SIZE = 64, 48


async def check(app: App, task: Task) -> None:
    """The picture is larger, and its old part is what was sent but for the soft edge."""
    assert (task.state, task.op) == (TaskState.DONE, Op.OUTPAINT), task.error_text
    assert task.mask_source is MaskSource.SIDES
    async with app.db.read() as session:
        ((_, blob),) = await reading.results(session, [task.id])
    assert blob is not None
    soft = task.mask_facts["grow_px"]
    with Image.open(app.blobs.path(blob.id, blob.suffix)) as found:
        assert found.size == (96, 60)
        result = found.convert("RGB")
    sent = assets.photo(*SIZE)
    kept = result.crop((32 + soft, 12 + soft, 96, 60))
    assert ImageChops.difference(kept, sent.crop((soft, soft, *SIZE))).getbbox() is None
    (stored,) = await app.blobs.paths(app.db, task.picture_blob or "")
    with Image.open(stored) as canvas:
        new = ImageChops.difference(canvas.convert("RGB"), result).crop((0, 0, 32, 60))
    assert new.getbbox() is not None


async def test_local_extends_a_picture(tmp_path: Path) -> None:
    local = Local(ThreadPictures())
    async with opened(tmp_path / "data", local) as app, working(app):  # pyright: ignore[reportArgumentType]
        task = await app.intake.submit(request(tmp_path, mask=None, tuning=SIDES, prompt=""))
        await check(app, await ended(app, task.id))


@pytest.mark.parametrize("slug", ["iopaint", "qolaba"])
async def test_a_remote_provider_extends_a_picture(slug: str, tmp_path: Path) -> None:
    case, row = CASES[slug], Row("done")
    async with at_fault(case, row, tmp_path) as (_, app):
        task = await asked(app, case, row, tmp_path, mask=None, tuning=SIDES)
        await check(app, await ended(app, task.id))


async def test_who_edits_only_its_own_pictures_extends_none(tmp_path: Path) -> None:
    case, row = CASES["apiframe"], Row("done")
    async with at_fault(case, row, tmp_path) as (_, app):
        with pytest.raises(NothingCanDoThis, match="outpaint"):
            await app.intake.submit(request(tmp_path, mask=None, tuning=SIDES))


def test_who_inpaints_a_members_picture_extends_it_alike() -> None:
    specs = [case.spec for case in CASES.values()]
    able = {spec.slug for spec in specs if Op.OUTPAINT in spec.ops}
    assert able == CASES.keys() - {"apiframe"}
    for spec in specs:
        inpaint = spec.ops[Op.INPAINT]
        assert (Op.OUTPAINT in spec.ops) == (inpaint.image is not Travel.PARENT)
        assert spec.ops.get(Op.OUTPAINT, inpaint) == inpaint
