"""The first connection to the gateway is tried as long as it takes, and a stop ends that."""

import asyncio
import logging
from datetime import UTC, datetime
from typing import Any

import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket

from bot.delivery.gateway import LaunchingBot
from bot.services.ending import end
from bot.services.ports import Clock
from tests.fakes import FakeClock, turns
from tests.rest.wire import sleeping

TRIES = 1200  # deeper than Python's stack
GATEWAY = yarl.URL("ws://127.0.0.1:1")


class Noting:
    """A clock that only notes what is waited."""

    def __init__(self) -> None:
        self.waits_s: list[float] = []

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, seconds: float) -> None:
        self.waits_s.append(seconds)
        await asyncio.sleep(0)


class Socket:
    """A connection that is there."""

    shard_id = 0

    async def poll_event(self) -> None:
        await asyncio.Event().wait()

    async def close(self, code: int) -> None:
        pass


class Refusing:
    """A gateway that refuses the first so many; what discord.py itself waits passes at once."""

    def __init__(self, tries: int) -> None:
        self.tries = tries
        self.asked = 0
        self.waits_s: list[float] = []

    async def from_client(self, *_: object, **__: object) -> Socket:
        self.asked += 1
        if self.asked <= self.tries:
            raise ConnectionRefusedError
        return Socket()

    async def sleep(self, seconds: float, result: Any = None) -> Any:
        self.waits_s.append(seconds)
        return await asyncio.sleep(0, result)


@pytest.fixture
def refusing(monkeypatch: pytest.MonkeyPatch) -> Refusing:
    made = Refusing(TRIES)
    monkeypatch.setattr(DiscordWebSocket, "from_client", made.from_client)
    monkeypatch.setattr(discord.shard, "asyncio", sleeping(made.sleep))
    monkeypatch.setattr(logging.getLogger("discord.shard"), "disabled", True)
    return made


def bot(clock: Clock) -> LaunchingBot:
    made = LaunchingBot("!", intents=discord.Intents(guilds=True), clock=clock)
    made._reconnect = True
    return made


async def test_a_gateway_that_is_down_for_long_is_waited_for(refusing: Refusing) -> None:
    clock = Noting()
    async with bot(clock) as made:
        await made.launch_shard(GATEWAY, 0, initial=True)
        assert list(made.shards) == [0]
    assert refusing.asked == TRIES + 1
    pauses_s = [mine + theirs for mine, theirs in zip(clock.waits_s, refusing.waits_s, strict=True)]
    assert pauses_s[:5] == [5, 10, 20, 30, 30]
    assert max(pauses_s) == 30


async def test_a_stop_ends_the_wait_for_the_gateway(refusing: Refusing) -> None:
    async with bot(FakeClock()) as made:
        launching = asyncio.create_task(made.launch_shard(GATEWAY, 0, initial=True))
        await turns(200)
        asked = refusing.asked
        await end([launching])
    assert launching.cancelled()
    assert asked == refusing.asked == 2  # the first pause is discord.py's alone
