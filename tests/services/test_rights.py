"""Everything about a member in a file, and all of it gone when they ask."""

import asyncio
import json
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from bot.app import App
from bot.domain import EditRequest, Op, TaskState
from bot.errors import DeadlinePassed, NotAllowed
from bot.services import findings
from bot.services.erasure import Asked
from bot.services.picks import Picked
from bot.services.treasury import Deed
from tests.services import engine
from tests.services.engine import GUILD, purse, until
from tests.services.scripted import Scripted, hang

S = TaskState
# Long as Discord's are, so that they are found nowhere by chance.
ALICE, BOB = 912_345_678_901_234_567, 998_765_432_109_876_543
WORDS = "a very private vase"


def request(folder: Path, key: str = "k1", **changes: Any) -> EditRequest:
    return engine.request(folder, key, **{"user_id": ALICE, **changes})


async def done(app: App, folder: Path, key: str = "k1", **changes: object) -> None:
    task = await app.intake.submit(request(folder, key, prompt=WORDS, **changes))
    await until(app, task.id)


def everything(app: App) -> str:
    """All that stands in the tables, as text."""
    with closing(sqlite3.connect(app.settings.database_path)) as connection:
        return "\n".join(connection.iterdump())


async def sound(app: App) -> bool:
    async with app.db.read() as session:
        return (await findings.look(session)).sound


async def test_the_file_has_all_of_it_and_no_secret(app: App, tmp_path: Path) -> None:
    await done(app, tmp_path)
    await done(app, tmp_path, "k2", user_id=BOB)
    await app.desk.members.prefer(ALICE, ask_first=True)
    for blocked in (ALICE, BOB):
        await app.desk.guilds.block(GUILD, 7, blocked, None, "loud")
    target = tmp_path / "mine.zip"
    packed = await app.credits.dossiers.write(ALICE, target, 8 << 20)
    assert packed
    assert (packed.edits, packed.left_out) == (1, 0)
    with zipfile.ZipFile(target) as archive:
        data = json.loads(archive.read("data.json"))
        names = archive.namelist()
    assert data["edits"][0]["prompt"] == WORDS
    assert data["accounts"][0]["code"] == f"user:{GUILD}:{ALICE}"
    assert [each["kind"] for each in data["transfers"]] == ["move", "hold", "resolve"]
    assert data["preferences"][0]["ask_first"] is True
    (change,) = data["admins_log"]
    assert f"<@{ALICE}>" in change["after"]
    assert len([name for name in names if "/result-1" in name]) == 1
    assert len(names) - 1 == packed.pictures == 4
    assert "reply_token" not in json.dumps(data)
    assert str(BOB) not in json.dumps(data)


async def exported(app: App, folder: Path, user_id: int = ALICE) -> dict[str, Any]:
    """What the file says beside the pictures."""
    target = folder / "mine.zip"
    assert await app.credits.dossiers.write(user_id, target, 8 << 20)
    with zipfile.ZipFile(target) as archive:
        return json.loads(archive.read("data.json"))


async def test_the_file_of_a_forgotten_member_has_what_stays_of_them(
    app: App, tmp_path: Path
) -> None:
    await done(app, tmp_path)
    assert (await exported(app, tmp_path))["hashes"] == []
    await app.credits.erasures.ask(ALICE)
    data = await exported(app, tmp_path)
    (kept,) = data.pop("hashes")
    assert kept["guild_id"] == GUILD
    assert kept["mark"] in everything(app)
    assert not any(data.values())
    assert await app.credits.dossiers.write(BOB, tmp_path / "his.zip", 8 << 20) is None


async def test_the_file_has_what_was_kept_of_a_message_without_its_addresses(
    app: App, tmp_path: Path
) -> None:
    file = {"filename": "a.png", "url": "https://cdn.example/a?hm=1", "proxy_url": "https://b"}
    await app.picks.keep(Picked(ALICE, GUILD, 5, Op.ERASE, [file]))
    (pick,) = (await exported(app, tmp_path))["picks"]
    assert pick["files"] == [{"filename": "a.png"}]


async def test_pictures_that_do_not_fit_are_counted(app: App, tmp_path: Path) -> None:
    await done(app, tmp_path)
    target = tmp_path / "mine.zip"
    packed = await app.credits.dossiers.write(ALICE, target, 70_000)
    assert packed
    assert packed.left_out + packed.pictures == 4
    assert target.stat().st_size <= 70_000
    assert await app.credits.dossiers.write(12345, target, 70_000) is None


async def test_nothing_of_a_forgotten_member_is_left_but_the_books(
    app: App, tmp_path: Path
) -> None:
    await done(app, tmp_path)
    await app.desk.members.prefer(ALICE, ask_first=True)
    await app.desk.guilds.block(GUILD, BOB, ALICE, None, "loud")
    treasury = app.credits.treasury
    await treasury.grant(Deed(GUILD, BOB, ALICE, "g", "for the nice vase"), 5)
    assert str(ALICE) in everything(app)
    assert await app.credits.erasures.ask(ALICE) == Asked(0)
    left = everything(app)
    for gone in (str(ALICE), WORDS, "nice vase", "loud"):
        assert gone not in left
    assert "deleted:" in left
    assert await sound(app)
    async with app.db.read() as session:
        assert (await app.ledger.balance(session, f"pool:{GUILD}"))[0] == 98
    assert await app.credits.erasures.ask(ALICE) == Asked(None)


async def test_who_comes_back_gets_no_second_first_grant(app: App, tmp_path: Path) -> None:
    await done(app, tmp_path)
    await app.credits.erasures.ask(ALICE)
    await done(app, tmp_path, "k2", user_id=BOB)
    with pytest.raises(Exception, match="you have 0"):
        await app.intake.submit(request(tmp_path, "k3"))


async def test_live_edits_end_first_and_what_is_at_a_provider_is_waited_for(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [hang]
    provider.cancels = False
    running = await app.intake.submit(request(tmp_path, prompt=WORDS))
    await until(app, running.id, S.RUNNING)
    asked = await app.credits.erasures.ask(ALICE)
    assert asked == Asked(1)
    assert WORDS in everything(app)
    with pytest.raises(NotAllowed, match="asked me to forget you"):
        await app.intake.submit(request(tmp_path, "k2"))
    task = await app.tasks.get(running.id)
    assert task
    assert await app.tasks.fail(task, DeadlinePassed())
    await app.credits.erasures.once()
    assert WORDS not in everything(app)
    assert str(ALICE) not in everything(app)
    assert await sound(app)


async def test_what_waits_is_cancelled_and_given_back_before_it_goes(
    idle: App, tmp_path: Path
) -> None:
    for key in ("k1", "k2"):
        await idle.intake.submit(request(tmp_path, key, prompt=WORDS))
    assert await purse(idle, ALICE) == (86, 14)
    assert await idle.credits.erasures.ask(ALICE) == Asked(0)
    assert WORDS not in everything(idle)
    async with idle.db.read() as session:
        assert await idle.ledger.balance(session, f"pool:{GUILD}") == (100, 0)


async def test_what_others_hold_of_a_forgotten_sponsor_goes_to_the_pool_when_they_end(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    await done(app, tmp_path)
    sponsors = app.credits.sponsors
    await sponsors.start(GUILD, engine.CHANNEL, ALICE, 20, None, "s")
    provider.polls = [hang]
    running = await app.intake.submit(request(tmp_path, "k2", user_id=BOB))
    await until(app, running.id, S.RUNNING)
    assert await app.credits.erasures.ask(ALICE) == Asked(0)
    async with app.db.read() as session:
        assert (await app.ledger.balance(session, f"pool:{GUILD}"))[0] == 86
        assert await app.ledger.balance(session, f"sponsor:{engine.CHANNEL}") == (0, 7)
    await app.tasks.cancel(running.id, BOB, may_manage=False)
    await until(app, running.id)
    await sponsors.sweep()
    async with app.db.read() as session:
        assert (await app.ledger.balance(session, f"pool:{GUILD}"))[0] == 93
        assert await app.ledger.balance(session, f"sponsor:{engine.CHANNEL}") == (0, 0)
    assert str(ALICE) not in everything(app)
    assert await sound(app)


async def test_a_wish_outlives_a_restart(app: App, provider: Scripted, tmp_path: Path) -> None:
    provider.polls = [hang]
    provider.cancels = False
    running = await app.intake.submit(request(tmp_path))
    task = await until(app, running.id, S.RUNNING)
    await app.credits.erasures.ask(ALICE)
    await app.tasks.fail(task, DeadlinePassed())
    loop = asyncio.create_task(app.credits.erasures.run())
    async with asyncio.timeout(45):
        while str(ALICE) in everything(app):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    loop.cancel()


async def test_a_purse_outside_any_server_goes_back_to_where_it_was_made(
    idle: App, tmp_path: Path
) -> None:
    await idle.intake.submit(request(tmp_path, guild_id=0))
    await idle.credits.erasures.ask(ALICE)
    async with idle.db.read() as session:
        assert (await idle.ledger.balance(session, "issuance"))[0] == 0
    assert await sound(idle)
