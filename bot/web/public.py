"""What PUBLIC_URL opens: addresses of ours, and the server behind them. No page of the operator's.

Addresses are made before anything is served (providers are built with them); routes come when there
is somebody to answer them.
"""

import logging
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from bot.services.ports import Clock
from bot.web.editor import EditLinks
from bot.web.listen import guarded_application, listening
from bot.web.media import Media
from bot.web.tokens import Tokens
from bot.web.webhooks import HookLinks

log = logging.getLogger(__name__)
Routes = tuple[web.RouteDef, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes addresses under PUBLIC_URL."""

    base_url: str
    tokens: Tokens
    media: Media
    hooks: HookLinks
    edits: EditLinks


def make_links(base_url: str, work: Path, keys: Sequence[bytes], clock: Clock) -> Links:
    """Links to the passing files in `work`, signed with the first of the keys."""
    tokens = Tokens(keys, clock)
    media, hooks = Media(base_url, work, tokens), HookLinks(base_url, tokens)
    return Links(base_url, tokens, media, hooks, EditLinks(base_url, tokens, clock))


def public_application(routes: Iterable[web.RouteDef]) -> web.Application:
    """These routes and nothing else: every other path is 404 with an empty body."""
    app = guarded_application()
    app.add_routes(routes)
    return app


@asynccontextmanager
async def publishing(routes: Iterable[web.RouteDef], host: str, port: int) -> AsyncGenerator[str]:
    """Serve while the block runs and give the local address; port 0 takes any free one.

    Raises PortTaken, or BadSettings for an address that is not this machine's.
    """
    async with listening(public_application(routes), host, port, "PUBLIC") as address:
        log.info("what PUBLIC_URL leads to is served at %s", address)
        yield address
