"""A start while Discord is away waits and comes up; what Discord refuses ends with a sentence.

The quick tests take a few faults; `make faults` goes through all.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import ServerDisconnectedError
from discord import RateLimited, shard
from discord.http import Route as DiscordRoute

from bot.delivery import serve
from bot.delivery.client import InpaintBot
from bot.delivery.gateway import coming_back_soon
from bot.delivery.patience import patiently, unless
from bot.domain import TaskState
from bot.errors import StartupError
from tests.fakes import FakeClock
from tests.rest.faults import BANNED, FAULTS, PASSING, Fault, refusal
from tests.rest.routes import LOGIN, SYNC, Route
from tests.rest.standing import Breaking, breaking
from tests.rest.starting import PATIENCE_S, STARTS, TOKEN, started, under_way
from tests.services.engine import assert_books, opened
from tests.services.scripted import Scripted
from tests.standin.shapes import GUILD_ID

S = TaskState
QUICK = ("500", "429-0.5s", "reset")


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Breaking]:
    async with breaking(monkeypatch) as made:
        yield made


@pytest.mark.parametrize(
    ("fault", "times"), [each for each in STARTS if each[0].name in QUICK], ids=QUICK
)
async def test_a_start_waits_for_discord_and_edits_go_on(
    discord: Breaking,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    fault: Fault,
    times: int,
) -> None:
    await started(discord, tmp_path, fault, times)
    assert not [each for each in caplog.records if each.exc_info], caplog.text


@pytest.mark.parametrize(
    ("route", "fault", "sentence"),
    [
        (LOGIN[0], refusal(401, 0, "401: Unauthorized"), serve.REFUSED),
        (LOGIN[1], refusal(403, 50001, "Missing Access"), serve.NO_DISCORD),
        (LOGIN[2], refusal(401, 0, "401: Unauthorized"), serve.REFUSED),
    ],
    ids=["token", "application", "gateway"],
)
async def test_what_discord_refuses_ends_a_start_with_its_sentence(
    discord: Breaking, tmp_path: Path, route: Route, fault: Fault, sentence: str
) -> None:
    async with under_way(tmp_path) as (app, task):
        discord.plan(route, fault, 1)
        with pytest.raises(StartupError) as caught:
            await asyncio.wait_for(serve.serve(app, asyncio.Event()), PATIENCE_S)
        kept = await app.tasks.get(task.id)
        assert kept
        assert kept.state in {S.RUNNING, S.DONE}
        await assert_books(app)
    assert caught.value.sentence == sentence
    assert discord.asked[route] == 1


@pytest.mark.parametrize(("route", "places"), [(SYNC[0], ()), (SYNC[1], (GUILD_ID,))])
async def test_a_sync_that_fails_ends_with_one_line(
    discord: Breaking, tmp_path: Path, route: Route, places: tuple[int, ...]
) -> None:
    chosen = {"discord_token": TOKEN, "guild_ids_synced": places}
    async with opened(tmp_path, Scripted(), **chosen) as app:
        for fault in FAULTS:
            discord.plan(route, fault, 99)
            with pytest.raises(StartupError) as caught:
                await serve.sync_now(app)
            sentence = caught.value.sentence
            assert sentence.startswith("Discord did not take the commands: "), fault
            assert "\n" not in sentence
            assert "<html>" not in sentence


class Watched:
    """A clock that only notes what is waited."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []
        self.noted: Callable[[], None] = lambda: None

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        self.noted()
        await asyncio.sleep(0)


async def test_pauses_grow_and_are_as_long_as_discord_asks(
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock, faults = Watched(), [RateLimited(90.0), *[ServerDisconnectedError()] * 6]

    async def attempt() -> str:
        if faults:
            raise faults.pop()
        return "there"

    assert await patiently(attempt, clock) == "there"
    assert clock.waits_s == [5, 10, 20, 40, 60, 60, 90]
    said = [record.getMessage() for record in caplog.records]
    assert [each.partition(" (")[0] for each in said] == [
        *["Discord cannot be reached"] * 6,
        "Discord asks us to wait",
    ]


async def test_a_429_says_that_discord_asks_to_wait(
    discord: Breaking, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    discord.plan(LOGIN[0], BANNED, 10**9)
    clock, stop = Watched(), asyncio.Event()
    clock.noted = stop.set
    theirs, shard_log = shard.Shard, logging.getLogger(shard.__name__)
    async with opened(tmp_path, Scripted(), discord_token=TOKEN, web_port=0) as app:
        patient = replace(app, ground=replace(app.ground, clock=clock))
        await asyncio.wait_for(serve.serve(patient, stop), PATIENCE_S)
    assert clock.waits_s[0] == 90
    assert "Discord asks us to wait (429 Too Many Requests" in caplog.text
    assert "cannot be reached" not in caplog.text
    # Whoever comes after it finds discord.py as it was.
    assert (shard.Shard, shard_log.filters) == (theirs, [])


@pytest.mark.parametrize("error", [TimeoutError("ours"), ConnectionError("ours")], ids=repr)
async def test_a_bug_that_looks_like_a_lost_connection_ends_a_start(
    discord: Breaking, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    async def break_(_: object) -> None:
        raise error

    monkeypatch.setattr(InpaintBot, "load", break_)
    async with opened(tmp_path, Scripted(), discord_token=TOKEN, web_port=0) as app:
        with pytest.raises(type(error), match="ours"):
            await asyncio.wait_for(serve.serve(app, asyncio.Event()), PATIENCE_S)
    assert discord.asked[LOGIN[0]] == 1


async def test_who_is_asked_to_stop_waits_no_longer() -> None:
    stop, forever = asyncio.Event(), FakeClock()

    async def away() -> None:
        asyncio.get_running_loop().call_soon(stop.set)
        raise ServerDisconnectedError

    assert await unless(stop, patiently(away, forever)) is None


async def test_a_stop_ends_an_attempt_that_hangs(tmp_path: Path) -> None:
    calls: list[asyncio.StreamWriter] = []

    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        calls.append(writer)
        stop.set()

    stop = asyncio.Event()
    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            DiscordRoute, "BASE", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        )
        async with opened(tmp_path, Scripted(), discord_token=TOKEN) as app:
            await serve.serve(app, stop)
    server.close()
    assert len(calls) == 1
    calls[0].transport.abort()


async def test_what_the_work_comes_to_is_told() -> None:
    async def work() -> str:
        return "there"

    async def break_() -> None:
        raise StartupError("no")

    assert await unless(asyncio.Event(), work()) == "there"
    with pytest.raises(StartupError, match="no"):
        await unless(asyncio.Event(), break_())


def test_a_start_meets_all_that_passes() -> None:
    # There the tests' clock need not wait for ten minutes.
    met = {fault.name.replace("90s", "600s") for fault, _ in STARTS}
    assert met == {each.name for each in PASSING}
    assert {fault.name for fault, _ in STARTS} > set(QUICK)


@pytest.mark.parametrize(
    ("error", "is_ours"),
    [(ConnectionResetError(104, "reset"), False), (ServerDisconnectedError(), False),
     (TimeoutError(), False), (KeyError("shards"), True)],
    ids=repr,
)  # fmt: skip
def test_a_lost_connection_is_told_on_one_line(
    caplog: pytest.LogCaptureFixture, error: Exception, is_ours: bool
) -> None:
    try:
        raise error
    except type(error):
        with coming_back_soon():
            logging.getLogger("discord.shard").exception("Failed for shard_id: %s. Retrying...", 0)
    (record,) = caplog.records
    assert record.getMessage().startswith("Failed for shard_id: 0. Retrying...")
    assert bool(record.exc_info) == is_ours
    assert is_ours or record.getMessage().endswith(")")
