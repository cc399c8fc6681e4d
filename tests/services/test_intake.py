"""What becomes a task, what becomes a draft, and what is refused without a trace."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select

from bot.app import App
from bot.db.models import Blob, TaskRow, Transfer
from bot.domain import MaskSource, Op, Options, Origin, TaskState
from bot.errors import (
    BadMask,
    BadOption,
    BadParent,
    BadPicture,
    LimitReached,
    NotEnoughCredits,
    NothingCanDoThis,
    NotYours,
    TaskGone,
    UserError,
)
from bot.services import reading
from bot.services.limits import DRAFTS_MAX
from bot.services.tasks import GAVE_WAY
from tests import assets
from tests.services.engine import (
    ALICE,
    BOB,
    assert_books,
    child,
    opened,
    purse,
    request,
    until,
    who,
    working,
)
from tests.services.scripted import SPEC, Scripted, hang, with_spec

S = TaskState
BOTH = (ALICE, BOB)


def _file(folder: Path, data: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(data)
    return path


def _box(folder: Path, box: tuple[int, int, int, int]) -> Path:
    return assets.save(assets.mask(64, 48, box), folder / "box.png")


BAD = [
    (lambda f: {"picture": _file(f, b"hello")}, BadPicture, "JPEG"),
    (lambda f: {"picture": _file(f, assets.encoded(assets.photo(), "PNG")[:-900])}, BadPicture, ""),
    (lambda f: {"picture": assets.save(assets.gradient(1500, 900), f / "b")}, BadPicture, "pixel"),
    (lambda f: {"mask": assets.save(assets.mask(64, 64), f / "m.png")}, BadMask, "64"),
    (lambda f: {"mask": _box(f, (0, 0, 0, 0))}, BadMask, ""),
    (lambda f: {"mask": _box(f, (0, 0, 64, 48))}, BadMask, ""),
    (lambda _: {"mask": None}, BadMask, "where"),
    (lambda _: {"picture": None, "mask": None}, BadPicture, "image"),
    (lambda _: {"parent_task_id": "nothere"}, BadParent, "either"),
    (lambda _: {"parent_result_n": 2}, BadParent, "`result`"),
    (lambda _: {"picture": None, "parent_task_id": "nothere"}, BadParent, "do not know"),
    (lambda _: {"prompt": "x" * 1001}, LimitReached, "1,001"),
    (lambda _: {"provider": "nobody"}, BadOption, "`scripted`"),
    (lambda _: {"count": 5}, BadOption, "1 to 4"),
    (lambda _: {"options": Options(strength=1.5)}, BadOption, "0 to 1"),
    (lambda _: {"options": Options(steps=20)}, BadOption, "`steps`"),
    (lambda _: {"options": Options(extra={"style": "loud"})}, BadOption, "plain, bold"),
    (lambda _: {"options": Options(extra={"nonsense": "1"})}, BadOption, "`nonsense`"),
    (lambda _: {"options": Options(extra={"enhance": "perhaps"})}, BadOption, "yes or no"),
    (lambda _: {"user_id": 555, "count": 4}, NotEnoughCredits, "28"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "error", "words"), BAD, ids=[str(n) for n in range(len(BAD))])
async def test_bad_input_gets_its_sentence_and_leaves_nothing(
    tmp_path: Path, change, error: type[UserError], words: str
) -> None:
    limits = {"pixels_max": 1_000_000, "first_grant_credits": 20}
    async with opened(tmp_path / "data", Scripted(), **limits) as app:
        wish = replace(request(tmp_path), **change(tmp_path))
        with pytest.raises(error) as caught:
            await app.intake.submit(wish)
        assert words in caught.value.sentence
        assert not [file for file in (tmp_path / "data" / "blobs").rglob("*") if file.is_file()]
        assert not [file for file in (tmp_path / "data" / "work").rglob("*") if file.is_file()]
        async with app.db.read() as session:
            for table in (TaskRow, Blob, Transfer):
                assert (
                    await session.execute(select(func.count()).select_from(table))
                ).scalar() == 0


async def test_the_same_request_twice_is_one_task(idle: App, tmp_path: Path) -> None:
    wish = request(tmp_path)
    tasks = await asyncio.gather(*(idle.intake.submit(wish) for _ in range(5)))
    assert len({task.id for task in tasks}) == 1
    assert await purse(idle) == (93, 7)


async def test_a_member_and_a_guild_have_a_limit_of_live_tasks(tmp_path: Path) -> None:
    limits = {"live_tasks_member_max": 2, "live_tasks_guild_max": 3}
    async with opened(tmp_path / "data", Scripted(), **limits) as app:
        for key in ("a", "b"):
            await app.intake.submit(request(tmp_path, key))
        with pytest.raises(LimitReached, match="2 edits"):
            await app.intake.submit(request(tmp_path, "c"))
        await app.intake.submit(request(tmp_path, "d", user_id=BOB))
        with pytest.raises(LimitReached, match="server"):
            await app.intake.submit(request(tmp_path, "e", user_id=BOB))
        await app.intake.submit(request(tmp_path, "f", user_id=BOB, guild_id=10))


async def test_limits_hold_against_requests_at_the_same_moment(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), live_tasks_member_max=2) as app:
        wishes = [request(tmp_path, f"k{n}") for n in range(6)]
        answers = await asyncio.gather(
            *(app.intake.submit(wish) for wish in wishes), return_exceptions=True
        )
        assert sum(isinstance(answer, LimitReached) for answer in answers) == 4
        assert await purse(app) == (86, 14)


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


async def test_again_makes_one_new_task_however_often_it_is_pressed(
    app: App, tmp_path: Path
) -> None:
    first = await app.intake.submit(request(tmp_path, options=Options(seed=4, strength=0.5)))
    await until(app, first.id)
    pressed = await asyncio.gather(
        *(app.intake.again(first.id, who(BOB), f"press{n}") for n in range(4))
    )
    assert len({task.id for task in pressed}) == 1
    ended = await until(app, pressed[0].id)
    assert (ended.state, ended.origin, ended.user_id) == (S.DONE, Origin.BUTTON, BOB)
    assert ended.options["strength"] == 0.5
    assert ended.options["seed"] != 4
    assert await purse(app, BOB) == (93, 0)
    await assert_books(app)


async def test_again_by_two_members_at_once_makes_two_tasks(app: App, tmp_path: Path) -> None:
    first = await app.intake.submit(request(tmp_path))
    await until(app, first.id)
    pressed = await asyncio.gather(
        *(app.intake.again(first.id, who(user), f"{user}-{n}") for n in (1, 2) for user in BOTH)
    )
    assert {task.user_id for task in pressed} == set(BOTH)
    assert len({task.id for task in pressed}) == 2
    for task in pressed:
        assert (await until(app, task.id)).state is S.DONE
    await assert_books(app)


async def test_again_of_a_live_task_is_refused(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [hang]
    task = await app.intake.submit(request(tmp_path))
    with pytest.raises(TaskGone):
        await app.intake.again(task.id, who(), "press")


async def test_a_closed_door_takes_nothing(idle: App, tmp_path: Path) -> None:
    idle.intake.close()
    with pytest.raises(LimitReached, match="restart"):
        await idle.intake.submit(request(tmp_path))


async def test_an_operation_that_nobody_does_is_named(idle: App, tmp_path: Path) -> None:
    with pytest.raises(NothingCanDoThis, match="upscale"):
        await idle.intake.submit(request(tmp_path, op="upscale"))


async def test_a_second_start_finds_balances_and_tasks(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted()) as app, working(app):
        first = await app.intake.submit(request(tmp_path))
        await until(app, first.id)
    async with opened(tmp_path / "data", Scripted()) as app, working(app):
        assert await purse(app) == (93, 0)
        second = await app.intake.submit(child(first.id, "second"))
        assert (await until(app, second.id)).state is S.DONE
        assert await purse(app) == (86, 0)
        await assert_books(app)
