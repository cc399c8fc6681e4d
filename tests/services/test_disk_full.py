"""A disk that fills up under running edits: they wait, nothing is charged, and all goes on after.

The first is a real disk of some MiB, which only root may mount. The second stands in where that is
not allowed: SQLite may take no further page (`max_page_count`), and the blob store no file.
"""

import asyncio
import errno
import os
import sqlite3
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.app import App
from bot.delivery.reply import explain
from bot.domain import TaskState
from bot.errors import LimitReached
from bot.providers.base import Done, Job, Waiting
from bot.services import disk, reading
from bot.services.blobs import KeptBlob
from bot.services.treasury import Deed
from tests.figures import counted
from tests.rights import fill, small_disk
from tests.services.engine import ALICE, BOB, GUILD, assert_books, opened, purse, request, until
from tests.services.scripted import Scripted, done, waiting

KIB = 4096
TRIES = 4  # more than a bug would get
WAITS = "this edit goes on once there is room"
S = TaskState


@pytest.fixture(params=["disk", "borders"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    if request.param == "borders":
        yield tmp_path / "borders"
        return
    with small_disk(tmp_path / "disk", KIB) as mounted:
        yield mounted


@pytest.fixture(autouse=True)
def any_disk_will_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """Intake is closed on small disks; here it has to find out the hard way."""
    monkeypatch.setattr(disk, "FREE_BYTES_MIN", 0)


@asynccontextmanager
async def full(app: App, place: Path) -> AsyncGenerator[None]:
    """Nothing more fits while inside."""
    if place.name == "borders":
        async with refused(app):
            yield
        return
    fill(place)
    try:
        yield
    finally:
        (place / "filler").unlink()


@asynccontextmanager
async def refused(app: App) -> AsyncGenerator[None]:
    """The same without a disk of its own."""
    keep = app.blobs.keep
    before = await pages(app, 1)

    async def kept(file: Path, width_px: int, height_px: int) -> KeptBlob:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    app.blobs.keep = kept
    try:
        yield
    finally:
        app.blobs.keep = keep
        await pages(app, before)


async def pages(app: App, most: int) -> int:
    """Set how many pages the database may have (never fewer than it has); what it was before."""
    async with app.db.writer.connect() as connection:
        was = (await connection.execute(text("PRAGMA max_page_count"))).scalar_one()
        await connection.execute(text(f"PRAGMA max_page_count={most}"))
    return int(was)


async def said(caplog: pytest.LogCaptureFixture, line: str, times: int) -> None:
    async with asyncio.timeout(45):
        while caplog.text.count(line) < times:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def count_edits(app: App) -> None:
    async with app.db.read() as session:
        tasks = await reading.tasks(session)
    lost = [each for each in tasks if each.state is not S.DONE]
    twice = [each for each in tasks if each.settled > each.quoted]
    counted("full disk", edits=len(tasks), lost_or_given_up=len(lost), overcharged=len(twice))


async def grants_until_full(app: App) -> str:
    """What an admin reads whose grant does not fit any more."""
    for n in range(1000):
        try:
            await app.credits.treasury.grant(Deed(GUILD, ALICE, BOB, f"g{n}", "a" * 200), 1)
        except DBAPIError as error:
            return explain(error).text
    raise AssertionError("everything fits")


def sound(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        return connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


async def test_edits_wait_for_room_and_new_ones_are_refused_with_their_sentence(
    place: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gate = asyncio.Event()

    async def poll(job: Job) -> Done:
        await gate.wait()
        return done(job)

    provider = Scripted(polls=[poll])
    async with opened(place / "data", provider, reconcile_s=10.0) as app, app.engine():
        running = await app.intake.submit(request(tmp_path))
        await until(app, running.id, S.RUNNING)
        async with full(app, place):
            with pytest.raises(LimitReached) as refusal:
                await app.intake.submit(request(tmp_path, "k2"))
            assert refusal.value.sentence == disk.FULL
            assert await grants_until_full(app) == disk.NO_ROOM
            gate.set()
            await said(caplog, WAITS, TRIES)
            task = await app.tasks.get(running.id)
            assert task
            assert (task.state, task.held, await purse(app)) == (S.RUNNING, 7, (93, 7))
        assert (await until(app, running.id)).state is S.DONE
        await app.disk.measure()
        after = await app.intake.submit(request(tmp_path, "k3"))
        assert (await until(app, after.id)).state is S.DONE
        assert await purse(app) == (86, 0)
        await assert_books(app)
        assert sound(app.db.path)
        await count_edits(app)
        counted("full disk", new_ones_refused=1, writes_refused_to_admins=1)


async def test_an_answer_that_cannot_be_written_down_is_not_forgotten(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    gate = asyncio.Event()

    async def submit(job: Job) -> Waiting:
        await gate.wait()
        return waiting(job)

    provider = Scripted(submits=[submit])
    with small_disk(tmp_path / "disk", KIB) as place:
        async with opened(place / "data", provider) as app, app.engine():
            task = await app.intake.submit(request(tmp_path))
            await until(app, task.id, S.SUBMITTING)
            async with full(app, place):
                gate.set()
                await said(caplog, "waits to be written down", 2)
            assert (await until(app, task.id)).state is S.DONE
            assert len(provider.started) == 1
            await assert_books(app)
            await count_edits(app)
