"""The requests of a start, against every fault: it goes on, or ends with one sentence."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import discord
import pytest
from aiohttp import web

from bot.delivery import serve
from bot.errors import StartupError
from tests.rest.faults import FAULTS, RESET, Fault, Lost, down, limited
from tests.rest.routes import LOGIN
from tests.rest.wire import sleeping
from tests.standin.answers import say
from tests.standin.shapes import application, me

TOKEN = "a.b.c"
WELL = {"/users/@me": me, "/oauth2/applications/@me": application}
TRIES_MAX = 5
Broken = Callable[[str, Fault, int], list[str]]


@pytest.fixture
async def broken(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Broken]:
    """A Discord that answers a path's first few requests with a fault; gives what was asked."""
    asked: list[str] = []
    left: dict[str, tuple[Fault, int]] = {}

    async def answer(request: web.Request) -> web.StreamResponse:
        path = request.path
        asked.append(path)
        fault, times = left.get(path, (RESET, 0))
        if times <= 0:
            return say(WELL[path]())
        left[path] = fault, times - 1
        if fault.lost is not Lost.NO:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=fault.status or 500, headers=fault.headers, body=fault.body)

    async def at_once(_seconds: float, result: Any = None) -> Any:
        return await asyncio.sleep(0, result)

    def plan(path: str, fault: Fault, times: int) -> list[str]:
        asked.clear()
        left[path] = fault, times
        return asked

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{runner.addresses[0][1]}")
    monkeypatch.setattr(discord.http, "asyncio", sleeping(at_once))
    yield plan
    await runner.cleanup()


@pytest.mark.parametrize("path", [path for _, path in LOGIN if path in WELL])
async def test_a_login_that_fails_for_good_ends_with_a_sentence(broken: Broken, path: str) -> None:
    for fault in FAULTS:
        asked = broken(path, fault, 1000)
        with pytest.raises(StartupError) as caught:
            await serve.try_token(TOKEN)
        assert caught.value.sentence in {serve.NO_DISCORD, serve.REFUSED}, fault
        assert asked.count(path) <= TRIES_MAX, fault


@pytest.mark.parametrize("path", [path for _, path in LOGIN if path in WELL])
@pytest.mark.parametrize("fault", [down(500), down(502), limited(0.5), limited(5)], ids=str)
async def test_a_login_that_fails_for_a_moment_goes_on(
    broken: Broken, path: str, fault: Fault
) -> None:
    asked = broken(path, fault, 3)
    await serve.try_token(TOKEN)
    assert asked.count(path) == 4


@pytest.mark.parametrize(
    "error",
    [discord.GatewayNotFound(), ConnectionResetError(104, "reset"), TimeoutError()],
    ids=repr,
)
async def test_a_gateway_that_cannot_be_asked_for_ends_with_a_sentence(error: Exception) -> None:
    async def connect() -> None:
        raise error

    with pytest.raises(StartupError) as caught:
        await serve._until(asyncio.Event(), asyncio.create_task(connect()))
    assert caught.value.sentence == serve.NO_DISCORD


async def test_a_bug_while_connecting_is_told_as_one() -> None:
    async def connect() -> Awaitable[None]:
        raise KeyError("shards")

    with pytest.raises(KeyError):
        await serve._until(asyncio.Event(), asyncio.create_task(connect()))  # pyright: ignore[reportArgumentType]
