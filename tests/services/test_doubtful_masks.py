"""Masks that are turned around, drawn, or none at all: what waits as a draft, and what does not."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.app import App
from bot.db.models import TaskRow
from bot.domain import MaskSource, Op, TaskState
from bot.errors import (
    BadMask,
    NotYours,
    TaskGone,
)
from bot.services import reading
from bot.services.limits import DRAFTS_MAX
from bot.services.tasks import GAVE_WAY
from tests import assets
from tests.services.engine import (
    BOB,
    assert_books,
    opened,
    purse,
    request,
    until,
    who,
)
from tests.services.scripted import SPEC, Scripted, with_spec

S = TaskState


def _inverted(folder: Path) -> Path:
    return assets.save(assets.mask(64, 48, (0, 0, 64, 36)), folder / "most.png")


async def test_a_mask_that_looks_inverted_waits_as_a_draft(app: App, tmp_path: Path) -> None:
    wish = request(tmp_path, mask=_inverted(tmp_path))
    draft = await app.intake.submit(wish)
    assert (draft.state, draft.held) == (S.DRAFT, 0)
    assert "Invert" in (draft.draft_reason or "")
    assert await purse(app) == (100, 0)
    turned = await app.intake.invert(draft.id, who())
    assert turned.mask_facts["coverage"] < 0.5 < draft.mask_facts["coverage"]
    assert turned.overlay_blob != draft.overlay_blob
    assert turned.view_rev > draft.view_rev
    with pytest.raises(NotYours):
        await app.intake.go(draft.id, who(BOB))
    gone = await asyncio.gather(
        *(app.intake.go(draft.id, who()) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(one, TaskGone) or one.state is not S.DRAFT for one in gone)
    ended = await until(app, draft.id)
    assert (ended.state, ended.settled) == (S.DONE, 7)
    await assert_books(app)


async def test_a_doubtful_mask_may_be_larger_than_the_provider_takes_until_go(
    tmp_path: Path,
) -> None:
    op = replace(SPEC.ops[Op.INPAINT], coverage_max=0.5, coverage_reason="Half is the most.")
    async with opened(tmp_path / "data", with_spec(ops={Op.INPAINT: op})) as app:
        draft = await app.intake.submit(request(tmp_path, mask=_inverted(tmp_path)))
        assert draft.state is S.DRAFT
        assert "or Go" not in (draft.draft_reason or "")
        with pytest.raises(BadMask, match="Half is the most"):
            await app.intake.go(draft.id, who())
        await app.intake.invert(draft.id, who())
        assert (await app.intake.go(draft.id, who())).state is S.QUEUED
        wide = assets.save(assets.mask(64, 48, (0, 0, 64, 24)), tmp_path / "half.png")
        with pytest.raises(BadMask, match="Half is the most"):
            await app.intake.submit(request(tmp_path, "wide", mask=wide))


def _drawing(folder: Path) -> Path:
    """Neither black and white nor a photo: a blue sheet with a yellow box."""
    sheet = Image.new("RGB", (64, 48), (0, 60, 190))
    sheet.paste((250, 230, 0), (20, 10, 40, 30))
    return assets.save(sheet, folder / "drawing.png")


async def test_a_mask_that_is_no_mask_asks_first(idle: App, tmp_path: Path) -> None:
    draft = await idle.intake.submit(request(tmp_path, mask=_drawing(tmp_path)))
    assert draft.state is S.DRAFT
    assert re.search(
        r"looks like a photo or a screenshot: only \d+ % of it .* its light parts .* "
        r"That is \d+ % of the picture\. Press Go if the tinted part is right",
        draft.draft_reason or "",
    )
    assert await purse(idle) == (100, 0)
    turned = await idle.intake.invert(draft.id, who())
    assert turned.mask_facts["coverage"] != draft.mask_facts["coverage"]


async def test_a_mask_that_is_no_mask_offers_go_only_where_it_fits(tmp_path: Path) -> None:
    op = replace(SPEC.ops[Op.INPAINT], coverage_max=0.01)
    async with opened(tmp_path / "data", with_spec(ops={Op.INPAINT: op})) as app:
        draft = await app.intake.submit(request(tmp_path, mask=_drawing(tmp_path)))
        assert "That is too much here: press Invert" in (draft.draft_reason or "")
        (view,) = await app.cards.view([draft.id])
        assert not view.may_go


@pytest.mark.parametrize(
    ("seed", "sentence"), [(1, "no paint"), (2, "neither a mask nor a copy")], ids=["same", "other"]
)
async def test_a_photo_as_mask_is_refused_in_words(
    idle: App, tmp_path: Path, seed: int, sentence: str
) -> None:
    no_mask = assets.save(assets.photo(64, 48, seed), tmp_path / "no-mask.png")
    with pytest.raises(BadMask, match=sentence):
        await idle.intake.submit(request(tmp_path, mask=no_mask))
    async with idle.db.read() as session:
        assert (await session.execute(select(func.count()).select_from(TaskRow))).scalar() == 0


async def test_a_painted_copy_is_taken_as_mask(idle: App, tmp_path: Path) -> None:
    copy = assets.photo(64, 48)
    copy.paste((255, 0, 200), (20, 10, 40, 30))
    task = await idle.intake.submit(
        request(tmp_path, mask=assets.save(copy, tmp_path / "painted.png"))
    )
    assert (task.state, task.mask_source) == (S.QUEUED, MaskSource.PAINTED)
    assert task.mask_facts["coverage"] == pytest.approx(28 * 28 / (64 * 48), abs=0.05)


async def test_an_unused_draft_expires(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), draft_minutes=1) as app:
        draft = await app.intake.submit(request(tmp_path, mask=_inverted(tmp_path)))
        await app.clock.sleep(61)
        await app.reconciler.once()
        assert (await until(app, draft.id)).state is S.EXPIRED
        with pytest.raises(TaskGone):
            await app.intake.invert(draft.id, who())


async def test_the_oldest_of_too_many_drafts_gives_way(idle: App, tmp_path: Path) -> None:
    mask = _inverted(tmp_path)
    others = await idle.intake.submit(request(tmp_path, "bob's", user_id=BOB, mask=mask))
    drafts = [
        await idle.intake.submit(request(tmp_path, f"k{n}", mask=mask))
        for n in range(DRAFTS_MAX + 2)
    ]
    async with idle.db.read() as session:
        rows = await reading.tasks(session, TaskRow.state == S.DRAFT)
        gone = await reading.tasks(session, TaskRow.state == S.EXPIRED)
    assert {task.id for task in rows} == {others.id, *(draft.id for draft in drafts[2:])}
    assert [task.id for task in gone] == [draft.id for draft in drafts[:2]]
    assert {task.error_text for task in gone} == {GAVE_WAY}
