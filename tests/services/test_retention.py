"""What is old goes from a real folder; what is live, or used by it, stays."""

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, text, update

from bot.app import App
from bot.db.guilds import GuildSettings
from bot.db.models import TaskRow
from bot.domain import EditRequest, Origin, TaskState
from bot.errors import BadParent, LimitReached, TaskGone
from bot.services.disk import Scan, used
from tests import assets
from tests.services.engine import (
    ALICE,
    CHANNEL,
    GUILD,
    assert_books,
    opened,
    request,
    until,
    who,
    working,
)
from tests.services.scripted import Scripted

S = TaskState


def _files(app: App) -> list[Path]:
    return [file for file in (app.settings.data_dir / "blobs").rglob("*") if file.is_file()]


async def _age(app: App, **ago: float) -> None:
    """Make everything that exists older."""
    micros = int(timedelta(**ago).total_seconds() * 1_000_000)
    async with app.db.write() as session:
        for table, column in (("tasks", "finished_at"), ("blobs", "created_at")):
            await session.execute(text(f"UPDATE {table} SET {column} = {column} - {micros}"))  # noqa: S608
    for file in _files(app):
        stat = file.stat()
        os.utime(file, (stat.st_atime - micros / 1e6, stat.st_mtime - micros / 1e6))


async def _done(app: App, folder: Path, key: str, **changes) -> str:
    wish = request(folder, key, **changes)
    picture = assets.save(
        assets.photo(64, 48, seed=int.from_bytes(key.encode())), folder / f"{key}-own.png"
    )
    task = await app.intake.submit(replace(wish, picture=picture))
    assert (await until(app, task.id)).state is S.DONE
    return task.id


async def test_old_pictures_and_prompts_go_and_the_row_stays(app: App, tmp_path: Path) -> None:
    old = await _done(app, tmp_path, "old")
    await _age(app, days=31)
    new = await _done(app, tmp_path, "new")
    await app.retention.once()
    gone, kept = await app.tasks.get(old), await app.tasks.get(new)
    assert gone is not None
    assert kept is not None
    assert (gone.prompt, gone.picture_blob, gone.settled, gone.state) == ("", None, 7, S.DONE)
    assert gone.let_go_at is not None
    assert kept.picture_blob is not None
    assert kept.let_go_at is None
    async with app.db.read() as session:
        known = (await session.execute(text("SELECT id FROM blobs"))).scalars().all()
    assert {file.stem for file in _files(app)} == set(known)
    assert len(known) == 5
    with pytest.raises(BadParent, match="let go on"):
        await app.intake.submit(_child(old))
    with pytest.raises(TaskGone):
        await app.intake.again(old, who(), "press")
    await assert_books(app)


async def test_a_parent_stays_while_a_draft_uses_it(app: App, tmp_path: Path) -> None:
    parent = await _done(app, tmp_path, "parent")
    most = assets.save(assets.mask(64, 48, (0, 0, 64, 36)), tmp_path / "most.png")
    draft = await app.intake.submit(replace(_child(parent), mask=most))
    assert draft.state is S.DRAFT
    await _age(app, days=31)
    await app.retention.once()
    kept = await app.tasks.get(parent)
    assert kept is not None
    assert kept.let_go_at is None
    await app.tasks.cancel(draft.id, ALICE, False)
    await app.retention.once()
    gone = await app.tasks.get(parent)
    assert gone is not None
    assert gone.let_go_at is not None


async def test_a_guild_may_keep_for_a_shorter_time(app: App, tmp_path: Path) -> None:
    task_id = await _done(app, tmp_path, "one")
    async with app.db.write() as session:
        await session.execute(
            insert(GuildSettings).values(
                guild_id=GUILD, settings={"retention_days": 7}, updated_at=app.clock.now()
            )
        )
    await _age(app, days=6)
    await app.retention.once()
    assert (await _let_go(app, task_id)) is False
    await _age(app, days=2)
    await app.retention.once()
    assert (await _let_go(app, task_id)) is True


async def test_the_same_picture_twice_lives_until_its_last_use(app: App, tmp_path: Path) -> None:
    first = await app.intake.submit(request(tmp_path, "same"))
    await until(app, first.id)
    second = await app.intake.submit(replace(request(tmp_path, "same"), request_key="again"))
    await until(app, second.id)
    await _age(app, days=31)
    async with app.db.write() as session:
        now = app.clock.now()
        await session.execute(
            update(TaskRow).where(TaskRow.id == second.id).values(finished_at=now)
        )
    await app.retention.once()
    task = await app.tasks.get(second.id)
    assert task is not None
    assert task.picture_blob in {file.stem for file in _files(app)}


async def test_a_stray_file_goes_when_it_is_old(app: App) -> None:
    stray = app.settings.data_dir / "blobs" / "aa" / ("aa" + "0" * 62 + ".png")
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"left by a crash")
    await app.retention.once()
    assert stray.exists()
    await _age(app, days=1)
    await app.retention.once()
    assert not stray.exists()


async def test_a_year_of_edits_keeps_the_folder_bounded(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), first_grant_credits=10_000) as app:
        async with working(app):
            sizes = []
            for week in range(52):
                await _done(app, tmp_path, f"week{week}")
                await _age(app, days=7)
                await app.retention.once()
                sizes.append(len(_files(app)))
        assert max(sizes[8:]) <= max(sizes[:8])
        assert sizes[-1] <= 5 * 5
        await assert_books(app)


async def test_a_full_disk_closes_intake_with_a_sentence(tmp_path: Path, caplog) -> None:
    async with opened(tmp_path / "data", Scripted(), disk_limit_gb=0.01) as app:
        await app.disk.measure()
        await app.intake.submit(request(tmp_path, "fits"))
        filler = app.settings.data_dir / "filler"
        filler.write_bytes(bytes(8_500_000))
        await app.disk.measure()
        await app.intake.submit(request(tmp_path, "still fits"))
        assert "fills up" in caplog.text
        filler.write_bytes(bytes(11_000_000))
        await app.disk.measure()
        with pytest.raises(LimitReached, match="disk is full"):
            await app.intake.submit(request(tmp_path, "too much"))
        filler.unlink()
        await app.disk.measure()
        await app.intake.submit(request(tmp_path, "room again"))


def test_a_folder_that_goes_while_the_disk_is_measured_counts_nothing(tmp_path: Path) -> None:
    passing = tmp_path / "passing"
    passing.mkdir()
    (tmp_path / "kept").write_bytes(bytes(10))

    def scandir(path: str) -> Scan:
        if path == str(passing):
            passing.rmdir()
        return os.scandir(path)

    assert used(tmp_path, scandir) == 10
    assert not passing.exists()


async def _let_go(app: App, task_id: str) -> bool:
    task = await app.tasks.get(task_id)
    return task is not None and task.let_go_at is not None


def _child(parent_id: str) -> EditRequest:
    return EditRequest(
        request_key=f"child of {parent_id}",
        origin=Origin.SLASH,
        user_id=ALICE,
        guild_id=GUILD,
        channel_id=CHANNEL,
        parent_task_id=parent_id,
    )
