"""What holds for every route, whoever adds one."""

import asyncio
import logging
from urllib.parse import urlsplit

import httpx
import pytest
from aiohttp import web

from bot.web.public import publishing
from tests.web.outside import assert_hardened, assert_silent


async def broken(_request: web.Request) -> web.Response:
    raise RuntimeError("planted")


async def refused(_request: web.Request) -> web.Response:
    raise web.HTTPForbidden(text="because of a reason")


async def page(_request: web.Request) -> web.Response:
    return web.Response(text="hello", headers={"Content-Security-Policy": "default-src 'self'"})


async def away(_request: web.Request) -> web.Response:
    raise web.HTTPFound("/page")


ROUTES = (
    web.get("/broken", broken),
    web.get("/refused", refused),
    web.get("/page", page),
    web.get("/away", away),
)


MALFORMED = [
    b"GET /secret-path HTTP/9.9x\r\n\r\n",
    b"GET /secret-path HTTP/1.1\r\nHost: x\r\nsecret-header\r\n\r\n",
    b"GET /secret-path\0 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: %b\r\n\r\n" % (b"secret" * 2000),
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"\x16\x03\x01\x02\0secret",
]


@pytest.mark.parametrize("sent", MALFORMED)
async def test_what_is_no_http_is_refused_and_fills_no_log(
    sent: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with publishing(ROUTES, "127.0.0.1", 0) as address:
        parts = urlsplit(address)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        writer.write(sent)
        async with asyncio.timeout(45):
            assert (await reader.read()).startswith(b"HTTP/1.0 400 ")
        writer.close()
        await writer.wait_closed()
    assert [each.name for each in caplog.records] == ["bot.web.public"]
    assert "secret" not in caplog.text


async def test_a_route_may_break_refuse_or_say_more(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        publishing(ROUTES, "127.0.0.1", 0) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=45) as client,
    ):
        with caplog.at_level(logging.ERROR, "bot.web.listen"):
            assert_silent(await client.get("/broken"), 500)
        assert "planted" in caplog.text
        assert_silent(await client.get("/refused"), 403)
        assert (await client.get("/away")).headers["Location"] == "/page"
        shown = await client.get("/page")
        assert shown.text == "hello"
        assert shown.headers["Content-Security-Policy"] == "default-src 'self'"
        assert shown.headers["X-Frame-Options"] == "DENY"
        assert_hardened(await client.get("/"))
