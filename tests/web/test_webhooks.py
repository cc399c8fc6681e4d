"""Calls of a provider over real HTTP: genuine ones and every other kind."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from aiohttp import web

from bot.web import webhooks
from bot.web.webhooks import BODY_BYTES_MAX
from tests.web.outside import SECRET_HEADER, Outside, assert_silent, outside
from tests.web.wire import wire

NEWS = b'{"task_id": "r1", "status": "finished"}'


@pytest.fixture
async def door(tmp_path: Path) -> AsyncGenerator[Outside]:
    async with outside(tmp_path) as opened:
        yield opened


def url(door: Outside, slug: str = "some", task_id: str = "t1") -> str:
    return door.links.hooks.url(slug, task_id)


def secret(door: Outside, slug: str = "some", task_id: str = "t1") -> dict[str, str]:
    return {SECRET_HEADER: door.links.hooks.secret(slug, task_id)}


async def test_a_call_is_a_nudge(door: Outside) -> None:
    answer = await door.client.post(url(door), content=NEWS, headers=secret(door))
    assert_silent(answer, 200)
    assert door.hurried == ["t1"]


async def test_a_replayed_call_is_answered_alike(door: Outside) -> None:
    for _ in range(3):
        assert_silent(await door.client.post(url(door), content=NEWS, headers=secret(door)), 200)
    assert set(door.hurried) == {"t1"}


@pytest.mark.parametrize("body", [b"", b"<html>", b"\xff\xfe", b"[]"])
async def test_garbage_is_taken_and_changes_nothing(door: Outside, body: bytes) -> None:
    # Asking again would bring the same: 200 keeps the provider from that.
    assert_silent(await door.client.post(url(door), content=body, headers=secret(door)), 200)
    assert door.hurried == []


async def test_a_call_without_our_secret_is_refused(door: Outside) -> None:
    for headers in (
        {},
        {SECRET_HEADER: ""},
        {SECRET_HEADER: "x"},
        secret(door, task_id="t2"),
        secret(door, slug="other"),
        {SECRET_HEADER: url(door).rpartition("/")[2]},
    ):
        assert_silent(await door.client.post(url(door), content=NEWS, headers=headers), 404)
    assert door.hurried == []


async def test_every_changed_character_of_a_path_finds_nothing(door: Outside) -> None:
    path = urlsplit(url(door)).path
    for n in range(1, len(path)):
        other = "x" if path[n] != "x" else "y"
        changed = f"{path[:n]}{other}{path[n + 1 :]}"
        assert_silent(await door.client.post(changed, content=NEWS, headers=secret(door)), 404)
    assert door.hurried == []


async def test_a_path_is_for_one_task_of_one_provider(door: Outside) -> None:
    genuine = url(door)
    for other in (
        genuine.replace("/t1/", "/t2/"),
        genuine.replace("/some/", "/other/"),
        url(door, "other"),
        genuine.rpartition("/")[0],
        f"{genuine}/",
        f"{genuine}=",
        f"{genuine}%00",
    ):
        assert_silent(await door.client.post(other, content=NEWS, headers=secret(door)), 404)
    assert door.hurried == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS"])
async def test_another_method_is_refused(door: Outside, method: str) -> None:
    answer = await door.client.request(method, url(door), headers=secret(door))
    assert_silent(answer, 405)
    assert door.hurried == []


async def chunked(size: int) -> AsyncGenerator[bytes]:
    for _ in range(size // 4096):
        yield b"{" * 4096


async def test_a_body_may_be_so_long_and_no_longer(door: Outside) -> None:
    headers = secret(door)
    fits = await door.client.post(url(door), content=b"{" * BODY_BYTES_MAX, headers=headers)
    assert fits.status_code == 200
    door.hurried.clear()
    long = await door.client.post(url(door), content=b"{" * (BODY_BYTES_MAX + 1), headers=headers)
    assert_silent(long, 413)
    unsaid = await door.client.post(url(door), content=chunked(2 * BODY_BYTES_MAX), headers=headers)
    assert_silent(unsaid, 413)
    assert door.hurried == []


async def test_a_body_that_does_not_come_is_not_waited_for(
    door: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhooks, "BODY_TIMEOUT_S", 0.1)
    parts = urlsplit(url(door))
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"POST {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{"
    writer.write(head.encode())
    async with asyncio.timeout(45):
        assert (await reader.readline()).startswith(b"HTTP/1.1 408 ")
    writer.close()
    await writer.wait_closed()
    assert door.hurried == []


async def test_whoever_hangs_up_in_the_middle_of_a_body_is_no_bug_of_ours(
    door: Outside, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    begun, over, read = asyncio.Event(), asyncio.Event(), webhooks.read_body

    async def reads(request: web.Request, bytes_max: int, timeout_s: float) -> bytes:
        begun.set()
        try:
            return await read(request, bytes_max, timeout_s)
        finally:
            over.set()

    monkeypatch.setattr(webhooks, "read_body", reads)
    head = f"POST {urlsplit(url(door)).path} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{{"
    async with asyncio.timeout(45):
        async with wire(door.links.base_url) as opened:
            await opened.send(head.encode())
            await begun.wait()
        await over.wait()
        assert (await door.client.get("/")).status_code == 404
    assert caplog.text == ""
    assert door.hurried == []


async def test_a_header_that_is_too_long_is_refused(door: Outside) -> None:
    answer = await door.client.post(url(door), content=NEWS, headers={"x-long": "x" * 20_000})
    assert answer.status_code == 400
    assert door.hurried == []


async def test_no_path_or_secret_is_logged(door: Outside, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    for headers in (secret(door), {SECRET_HEADER: "forged-secret"}):
        await door.client.post(url(door), content=NEWS, headers=headers)
    assert "a forged webhook of some was refused" in caplog.text
    for hidden in (url(door).rpartition("/")[2], secret(door)[SECRET_HEADER], "forged-secret"):
        assert hidden not in caplog.text
