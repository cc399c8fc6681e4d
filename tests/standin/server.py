"""The whole stand-in as one aiohttp server on a loopback port of its own choice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import web
from aiohttp.typedefs import Middleware

from tests.standin.control import Control
from tests.standin.gateway import Gateway
from tests.standin.holds import Holds
from tests.standin.interactions import Interactions
from tests.standin.journal import Journal
from tests.standin.knobs import Knobs
from tests.standin.people import People
from tests.standin.plans import Feed
from tests.standin.provider import PictureService
from tests.standin.replies import Replies
from tests.standin.rest import REQUEST_BYTES_MAX, Rest
from tests.standin.sessions import Sessions
from tests.standin.shapes import Json
from tests.standin.world import World

HOST = "127.0.0.1"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a test in the same process may look at directly."""

    base_url: str
    rest: Rest
    service: PictureService
    feed: Feed
    gateway: Gateway
    interactions: Interactions


@web.middleware
async def _outlive(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Take a client that died in the middle of its request calmly: nothing of it has arrived."""
    try:
        return await handler(request)
    except ConnectionError:
        return web.Response(status=499)


@asynccontextmanager
async def serving(
    knobs: Knobs | None = None, between: Sequence[Middleware] = ()
) -> AsyncIterator[Parts]:
    """Serve until the block ends; what stands `between` may answer in Discord's place."""
    feed, holds, world = Feed(), Holds(), World()
    rest = Rest(knobs or Knobs(), holds, Journal(), world)
    service, gateway = PictureService(feed, holds), Gateway(rest, world, Sessions())
    interactions = Interactions(rest.store.ids, rest.journal, lambda: rest.knobs)
    _join(rest, gateway, interactions)
    replies = Replies(rest, interactions)
    app = web.Application(client_max_size=REQUEST_BYTES_MAX, middlewares=[_outlive, *between])
    control, people = Control(rest, service, feed), People(rest, gateway, interactions, replies)
    for each in (replies, rest, service, gateway, control, people):
        each.add_to(app)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, 0).start()
        base_url = f"http://{HOST}:{runner.addresses[0][1]}"
        rest.store.base_url = service.base_url = base_url
        yield Parts(base_url, rest, service, feed, gateway, interactions)
    finally:
        await runner.cleanup()


def _join(rest: Rest, gateway: Gateway, interactions: Interactions) -> None:
    """Let messages reach the gateway, and the gateway tell when an interaction went out."""
    world = rest.world

    def tell(event: str, message: Json) -> None:
        guild = world.home(int(message["channel_id"]))
        about: Json = {"guild_id": str(guild.id)}
        if event == "MESSAGE_CREATE":
            about["member"] = guild.member(int(message["author"]["id"]))
            del about["member"]["user"]
        gateway.tell(event, {**message, **about}, guild.id)

    rest.tell = tell
    rest.store.guild_of = lambda channel_id: world.home(channel_id).id
    gateway.on_sent = interactions.note_sent
