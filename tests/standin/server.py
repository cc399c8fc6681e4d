"""The whole stand-in as one aiohttp server on a loopback port of its own choice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web

from tests.standin.control import Control
from tests.standin.holds import Holds
from tests.standin.journal import Journal
from tests.standin.knobs import Knobs
from tests.standin.plans import Feed
from tests.standin.provider import PictureService
from tests.standin.rest import REQUEST_BYTES_MAX, Rest

HOST = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test in the same process may look at directly."""

    base_url: str
    rest: Rest
    service: PictureService
    feed: Feed


@web.middleware
async def _outlive(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take a client that died in the middle of its request calmly: nothing of it has arrived."""
    try:
        return await handler(request)
    except ConnectionError:
        return web.Response(status=499)


@asynccontextmanager
async def serving(knobs: Knobs | None = None) -> AsyncIterator[Parts]:
    """Serve until the block ends."""
    feed, holds = Feed(), Holds()
    rest, service = Rest(knobs or Knobs(), holds, Journal()), PictureService(feed, holds)
    app = web.Application(client_max_size=REQUEST_BYTES_MAX, middlewares=[_outlive])
    for each in (rest, service, Control(rest, service, feed)):
        each.add_to(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        base_url = f"http://{HOST}:{runner.addresses[0][1]}"
        rest.store.base_url = service.base_url = base_url
        yield Parts(base_url, rest, service, feed)
    finally:
        await runner.cleanup()
