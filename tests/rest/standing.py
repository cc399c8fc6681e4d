"""The stand-in's Discord in this process, each of whose routes can be broken as in `faults`."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import discord
import discord.shard
import pytest
import yarl
from aiohttp import web
from discord.gateway import DiscordWebSocket
from discord.state import ConnectionState

from tests.rest.faults import Fault, Lost
from tests.rest.routes import SOCKET, Route, route_of
from tests.rest.wire import sleeping
from tests.standin.knobs import Knobs
from tests.standin.rest import API, GATEWAY
from tests.standin.server import Parts, serving

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
RESETS = struct.pack("ii", 1, 0)


class Breaking:
    """Breaks the next requests of some routes, and counts what was asked."""

    def __init__(self) -> None:
        self.parts: Parts
        self.asked: Counter[Route] = Counter()
        self._left: dict[Route, tuple[Fault, int]] = {}

    def plan(self, route: Route, fault: Fault, times: int) -> None:
        """Break the next few requests of a route."""
        self._left[route] = fault, times

    async def between(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Answer in Discord's place where a fault is planned."""
        route = SOCKET if request.path == GATEWAY else _route(request)
        if route is None:
            return await handler(request)
        self.asked[route] += 1
        fault, times = self._left.get(route, (None, 0))
        if fault is None or not times:
            return await handler(request)
        self._left[route] = fault, times - 1
        if fault.took_effect and route != SOCKET:
            await handler(request)
        return _broken(request, fault)


def _route(request: web.Request) -> Route | None:
    return route_of(request.method, request.path.removeprefix(API))


def _broken(request: web.Request, fault: Fault) -> web.Response:
    if fault.lost is not Lost.NO:
        assert request.transport is not None
        if fault.lost is Lost.RESET:
            wire = request.transport.get_extra_info("socket")
            wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESETS)
        request.transport.abort()
    return web.Response(status=fault.status or 500, headers=fault.headers, body=fault.body)


@asynccontextmanager
async def breaking(patch: pytest.MonkeyPatch) -> AsyncGenerator[Breaking]:
    """Point discord.py at it, and let discord.py's own waits for it pass at once."""
    made = Breaking()

    async def at_once(_seconds: float, result: Any = None) -> Any:
        return await asyncio.sleep(0, result)

    @web.middleware
    async def between(request: web.Request, handler: Handler) -> web.StreamResponse:
        return await made.between(request, handler)

    # How long it waits for one more server before it says that it is ready.
    soon = property(lambda _: 0.1, lambda _, __: None)
    patch.setattr(ConnectionState, "guild_ready_timeout", soon, raising=False)
    async with serving(Knobs(requests_per_window=10_000), [between]) as made.parts:
        patch.setattr(discord.http.Route, "BASE", made.parts.base_url + API)
        gateway = yarl.URL(made.parts.rest.gateway_url)
        patch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
        for module in (discord.http, discord.shard):
            patch.setattr(module, "asyncio", sleeping(at_once))
        yield made
