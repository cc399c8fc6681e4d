"""Pictures of messages are remembered for an hour, for whoever picked them; hints are told once."""

import sqlite3
from collections.abc import AsyncGenerator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.app import App
from bot.domain import Op
from bot.errors import TaskGone
from bot.services.picks import Picked, Picks
from bot.services.retention import PICK_LIVES_S
from tests.cogs.world import WorldClock, opened
from tests.services.scripted import Scripted

ALICE, BOB, GUILD = 912_345_678_901_234_567, 998_765_432_109_876_543, 5
FILE = {"id": 1, "filename": "a.png", "url": "https://cdn.example/a.png", "size": 3}
PICKED = Picked(ALICE, GUILD, 77, Op.INPAINT, [FILE])


@pytest.fixture
def clock() -> WorldClock:
    return WorldClock()


@pytest.fixture
async def app(tmp_path: Path, clock: WorldClock) -> AsyncGenerator[App]:
    async with opened(tmp_path, clock, [Scripted()]) as opened_app:
        yield opened_app


def count(app: App, table: str) -> int:
    with closing(sqlite3.connect(app.settings.database_path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


async def test_it_comes_back_as_it_was_to_whoever_picked_it(app: App) -> None:
    name = await app.picks.keep(PICKED)
    assert await app.picks.get(name, ALICE, GUILD) == PICKED
    for user_id, guild_id in ((BOB, GUILD), (ALICE, 6)):
        with pytest.raises(TaskGone):
            await app.picks.get(name, user_id, guild_id)
    await app.picks.drop(name)
    with pytest.raises(TaskGone):
        await app.picks.get(name, ALICE, GUILD)


async def test_it_is_gone_after_an_hour(app: App, clock: WorldClock) -> None:
    name = await app.picks.keep(PICKED)
    await clock.advance(PICK_LIVES_S + 1)
    with pytest.raises(TaskGone):
        await app.picks.get(name, ALICE, GUILD)
    kept = await app.picks.keep(replace(PICKED, op=Op.ERASE))
    await app.retention.once()
    assert count(app, "picks") == 1
    assert (await app.picks.get(kept, ALICE, GUILD)).op is Op.ERASE


async def test_a_hint_is_told_once_a_day_and_member(app: App, clock: WorldClock) -> None:
    picks: Picks = app.picks
    assert [await picks.first_today(each) for each in (ALICE, ALICE, BOB)] == [True, False, True]
    await clock.advance(24 * 3600)
    assert await picks.first_today(ALICE)


async def test_whoever_was_never_here_before_is_forgotten_too(app: App) -> None:
    await app.picks.keep(PICKED)
    await app.picks.first_today(ALICE)
    await app.picks.first_today(BOB)
    await app.credits.erasures.ask(ALICE)
    assert (count(app, "picks"), count(app, "hints_told")) == (0, 1)
