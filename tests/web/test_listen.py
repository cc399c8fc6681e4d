"""What holds for every route, whoever adds one."""

import logging

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


async def test_a_route_may_break_refuse_or_say_more(caplog: pytest.LogCaptureFixture) -> None:
    async with (
        publishing(ROUTES, "127.0.0.1", 0) as address,
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
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
