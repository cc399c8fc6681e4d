"""What becomes a task, and what is refused without a trace."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.app import App
from bot.db.models import Blob, TaskRow, Transfer
from bot.domain import Options, TaskState
from bot.errors import (
    BadMask,
    BadOption,
    BadParent,
    BadPicture,
    LimitReached,
    NotEnoughCredits,
    NothingCanDoThis,
    UserError,
)
from tests import assets
from tests.services.engine import (
    BOB,
    assert_books,
    child,
    opened,
    purse,
    request,
    until,
    working,
)
from tests.services.scripted import Scripted

S = TaskState


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
