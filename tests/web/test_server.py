"""The server itself: headers, methods, ports and when it runs."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.app import App
from bot.delivery.client import build_bot
from bot.errors import BadSettings, PortTaken
from bot.web.address import check_address
from bot.web.server import serving
from tests.services.engine import opened
from tests.services.scripted import Scripted
from tests.web.browsing import Browser


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


async def fresh(app: App) -> None:
    """Wait for the first beat and the first audit."""
    for _ in range(4500):
        if app.watch.pulse.database().is_ok and app.watch.audit.checked_at:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing looks after the numbers")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/nothing-here"])
async def test_no_answer_is_kept_or_guessed_at(browser: Browser, path: str) -> None:
    answer = await browser.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "aiohttp" not in answer.headers["Server"]


async def test_pages_are_read_only(browser: Browser) -> None:
    assert (await browser.client.head("/healthz")).status_code == 200
    assert (await browser.client.post("/healthz")).status_code == 405
    assert (await browser.get("/")).status_code == 404


async def test_metrics_come_in_the_text_format(browser: Browser) -> None:
    answer = await browser.get("/metrics")
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_a_port_in_use_is_one_sentence_with_a_way_out(app: App, taken: int) -> None:
    with pytest.raises(PortTaken) as caught:
        async with serving(app.watch, "127.0.0.1", taken):
            pass
    assert f"Port {taken} on 127.0.0.1 is in use" in caught.value.sentence
    assert "WEB_PORT" in caught.value.sentence


def test_an_address_is_tried_before_anything_is_opened(taken: int) -> None:
    with pytest.raises(PortTaken):
        check_address("127.0.0.1", taken)
    with pytest.raises(BadSettings) as caught:
        check_address("192.0.2.1", taken)
    assert "WEB_HOST 192.0.2.1" in caught.value.sentence
    check_address("127.0.0.1", 0)


async def test_trying_an_address_leaves_it_free(app: App) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    check_address("127.0.0.1", port)
    async with serving(app.watch, "127.0.0.1", port) as address:
        assert address == f"http://127.0.0.1:{port}"


@pytest.mark.parametrize("host", ["192.0.2.1", "no.such.host.invalid"])
async def test_an_address_that_is_not_ours_is_named(app: App, host: str) -> None:
    with pytest.raises(BadSettings) as caught:
        async with serving(app.watch, host, 0):
            pass
    assert caught.value.sentence.startswith(f"Cannot serve on WEB_HOST {host}, WEB_PORT 0: ")
    assert caught.value.sentence.count(host) == 1


async def test_the_server_is_gone_when_the_block_ends(app: App) -> None:
    async with serving(app.watch, "127.0.0.1", 0) as address:
        pass
    async with httpx.AsyncClient(trust_env=False, timeout=45) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get(f"{address}/healthz")


async def test_a_watched_bot_serves_where_the_settings_say(tmp_path: Path, taken: int) -> None:
    async with opened(tmp_path / "data", Scripted(), web_port=taken) as app, build_bot(app) as bot:
        with pytest.raises(PortTaken):
            async with app.watched(bot):
                pass


async def test_a_watched_bot_keeps_its_numbers_fresh_without_a_server(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted(), web_port=0) as app, build_bot(app) as bot:
        async with app.watched(bot):
            await fresh(app)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert not app.watch.health.parts()["discord"].is_ok
