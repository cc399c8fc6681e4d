"""Getting onto Discord, and the sentence for each way in which that fails."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import discord
import pytest
import yarl
from aiohttp import web
from discord.backoff import ExponentialBackoff
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from bot.delivery import serve
from bot.delivery.client import build_bot
from bot.delivery.gateway import RECONNECT_S_MAX, RESUMES_MAX, Shard
from bot.delivery.serve import check_token, sync_now, try_token
from bot.delivery.syncing import sync
from bot.errors import BadSettings, StartupError
from tests.services.engine import opened
from tests.services.scripted import Scripted
from tests.standin.member import Street
from tests.standin.server import Parts, serving

TOKEN = "MTA5.standin.token"


@pytest.fixture
async def standin(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """Discord over loopback, in this process."""
    async with serving() as parts:
        monkeypatch.setattr(Route, "BASE", f"{parts.base_url}/api/v10")
        gateway = yarl.URL(parts.rest.gateway_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        yield parts


@asynccontextmanager
async def answering(monkeypatch: pytest.MonkeyPatch, status: int) -> AsyncIterator[None]:
    """A Discord with one answer to everything."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"message": "no", "code": 0}, status=status)

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setattr(Route, "BASE", base)
    yield
    await runner.cleanup()


@pytest.mark.parametrize("token", ["", "  \n"])
def test_a_token_that_is_not_set_is_asked_for(token: str) -> None:
    with pytest.raises(BadSettings, match="is not set"):
        check_token(token)


@pytest.mark.parametrize(
    "token",
    ["x" * 32, "Bot MTA5.ab.cd", "MTA5.ab", "MTA5.ab.cd.ef", "MTÄ5.ab.cd", "your token here"],
)
def test_what_cannot_be_a_token_is_told_apart(token: str) -> None:
    with pytest.raises(BadSettings, match="does not look like"):
        check_token(token)


async def test_a_token_that_discord_takes_passes(standin: Parts) -> None:
    await try_token(TOKEN)
    await try_token(f" {TOKEN}\n")


async def test_a_token_that_discord_refuses_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(monkeypatch, 401):
        with pytest.raises(BadSettings, match="does not accept DISCORD_TOKEN"):
            await try_token(TOKEN)


async def test_a_discord_that_is_out_of_order_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    async with answering(monkeypatch, 403):
        with pytest.raises(StartupError) as caught:
            await try_token(TOKEN)
    assert caught.value.sentence == serve.NO_DISCORD


async def test_a_network_that_is_down_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1")
    with pytest.raises(StartupError) as caught:
        await try_token(TOKEN)
    assert caught.value.sentence == serve.NO_DISCORD


async def test_refused_intents_are_said() -> None:
    async def refused() -> None:
        raise discord.PrivilegedIntentsRequired(None)

    with pytest.raises(BadSettings, match="privileged"):
        await serve._until(asyncio.Event(), asyncio.create_task(refused()))


async def test_a_connection_that_is_over_for_good_is_said() -> None:
    async def closed(code: int) -> None:
        socket: Any = SimpleNamespace(close_code=code)
        raise discord.ConnectionClosed(socket, shard_id=0)

    for code, sentence in ((4004, serve.REFUSED), (4013, serve.CLOSED.format(4013))):
        with pytest.raises(StartupError) as caught:
            await serve._until(asyncio.Event(), asyncio.create_task(closed(code)))
        assert caught.value.sentence == sentence


async def _renew_the_token(standin: Parts) -> None:
    async with Street(standin.base_url) as street:
        await street.connected()
        await street.weather("close", code=4004)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"discord_token": "x.y.z"}, serve.REFUSED),
        ({"message_content": True}, serve.NO_INTENTS),
        ({}, serve.REFUSED),
    ],
    ids=["token", "intents", "token made anew"],
)
async def test_what_the_gateway_refuses_for_good_ends_with_its_sentence(
    standin: Parts, tmp_path: Path, settings: dict[str, object], sentence: str
) -> None:
    standin.rest.knobs = replace(standin.rest.knobs, token=TOKEN)
    async with opened(tmp_path, Scripted(), **{"discord_token": TOKEN, **settings}) as app:
        working = asyncio.create_task(serve.serve(app, asyncio.Event()))
        if not settings:
            await _renew_the_token(standin)
        with pytest.raises(BadSettings) as caught:
            await asyncio.wait_for(working, 60)
    assert caught.value.sentence == sentence


def test_no_connection_waits_longer_than_half_a_minute() -> None:
    client: Any = SimpleNamespace(dispatch=None, _reconnect=True)
    ours, theirs = Shard(client, client, client)._backoff, ExponentialBackoff()
    assert max(ours.delay() for _ in range(100)) <= RECONNECT_S_MAX
    assert max(theirs.delay() for _ in range(100)) > RECONNECT_S_MAX


async def test_a_connection_asks_for_its_session_some_times_and_then_logs_in_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bool] = []

    async def from_client(_: object, *, resume: bool = False, **__: object) -> None:
        asked.append(resume)
        raise ConnectionError

    monkeypatch.setattr(DiscordWebSocket, "from_client", from_client)
    quiet = lambda *_: None  # noqa: E731
    client: Any = SimpleNamespace(dispatch=quiet, _reconnect=True, is_closed=lambda: True)
    ws: Any = SimpleNamespace(session_id="s", sequence=1, gateway=None, shard_id=0)
    shard = Shard(ws, client, quiet)
    for _ in range(RESUMES_MAX + 1):
        await shard.reconnect()
    assert asked == [True] * RESUMES_MAX + [False]


async def test_a_gateway_that_loses_a_cancel_is_asked_again() -> None:
    """As discord.py's does in Python 3.11 while an attempt to connect fails."""
    begun, asked = asyncio.Event(), 0

    async def stubborn() -> None:
        nonlocal asked
        while asked < 2:
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                asked += 1

    stop = asyncio.Event()
    gateway = asyncio.create_task(stubborn())
    await begun.wait()
    stop.set()
    await serve._until(stop, gateway)
    assert (gateway.done(), asked) == (True, 2)


async def test_syncing_sends_every_command_although_none_changed(
    standin: Parts, tmp_path: Path
) -> None:
    async with opened(tmp_path, Scripted(), discord_token=TOKEN) as app:
        (first,) = await sync_now(app)
        (again,) = await sync_now(app)
        assert first.guild_id is None
        assert "inpaint" in first.names
        assert list(again.names) == list(first.names)
        async with build_bot(app) as bot:
            await bot.login(TOKEN)
            assert await sync(bot, always=False) == []
    sent = [event for event in standin.rest.journal.events if event["what"] == "commands"]
    assert [event["count"] for event in sent] == [len(first.names)] * 2


async def test_syncing_sends_to_the_servers_that_are_named(standin: Parts, tmp_path: Path) -> None:
    places = {"guild_ids_synced": (7, 8), "discord_token": TOKEN}
    async with opened(tmp_path, Scripted(), **places) as app:
        assert [each.guild_id for each in await sync_now(app)] == [7, 8]
    assert set(standin.rest.registered) == {"7", "8"}


async def test_commands_that_discord_refuses_are_said(
    standin: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise ConnectionError("connection lost")

    monkeypatch.setattr(HTTPClient, "bulk_upsert_global_commands", refuse)
    async with opened(tmp_path, Scripted(), discord_token=TOKEN) as app:
        with pytest.raises(StartupError, match="did not take the commands"):
            await sync_now(app)
