"""Who watches the bot is answered from the first moment on, also while Discord is away."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.delivery import serve
from bot.errors import PortTaken
from bot.web.address import free_port
from tests.rest.faults import RESET
from tests.rest.routes import LOGIN
from tests.rest.standing import Breaking, breaking
from tests.rest.starting import PATIENCE_S, TOKEN
from tests.services.engine import opened
from tests.services.scripted import Scripted

FOR_LONG = 10**9


@pytest.fixture
async def discord(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Breaking]:
    async with breaking(monkeypatch) as made:
        made.plan(LOGIN[0], RESET, FOR_LONG)
        yield made


async def seen(port: int, path: str, holds: Callable[[httpx.Response], bool]) -> httpx.Response:
    """Ask until the answer is as it should be."""
    async with httpx.AsyncClient(trust_env=False, timeout=45) as client:
        async with asyncio.timeout(PATIENCE_S):
            while True:
                try:
                    if holds(answer := await client.get(f"http://127.0.0.1:{port}{path}")):
                        return answer
                except httpx.ConnectError:
                    pass
                await asyncio.sleep(0.01)


def discord_part(answer: httpx.Response) -> dict[str, Any]:
    return answer.json()["parts"]["discord"]


async def test_a_start_that_waits_for_discord_is_alive_and_not_ready(
    discord: Breaking, tmp_path: Path
) -> None:
    stop, port = asyncio.Event(), free_port()
    async with opened(tmp_path, Scripted(), discord_token=TOKEN, web_port=port) as app:
        serving = asyncio.create_task(serve.serve(app, stop))
        try:
            await seen(port, "/healthz", lambda answer: answer.status_code == 200)
            away = await seen(port, "/readyz", lambda _: discord.asked[LOGIN[0]] > 1)
            assert away.status_code == 503
            assert discord_part(away) == {"is_ok": False, "detail": "not logged in"}
            discord.plan(LOGIN[0], RESET, 0)
            await seen(port, "/readyz", lambda answer: discord_part(answer) != discord_part(away))
        finally:
            stop.set()
            await asyncio.wait_for(serving, PATIENCE_S)


async def test_a_port_in_use_is_told_before_discord_is_asked(
    discord: Breaking, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        async with opened(tmp_path, Scripted(), discord_token=TOKEN, web_port=port) as app:
            with pytest.raises(PortTaken):
                await asyncio.wait_for(serve.serve(app, asyncio.Event()), PATIENCE_S)
    assert discord.asked[LOGIN[0]] == 0
