"""The operator's server: is the process alive, can it work, and its numbers. Never public."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict

from aiohttp import web

from bot.services.version import version
from bot.web.listen import guarded_application, listening
from bot.web.metrics import CONTENT_TYPE
from bot.web.watch import Watch

log = logging.getLogger(__name__)


@asynccontextmanager
async def serving(watch: Watch, host: str, port: int) -> AsyncGenerator[str]:
    """Serve while the block runs and give the address; port 0 takes any free one.

    Raises PortTaken, or BadSettings for an address that is not this machine's.
    """
    async with listening(application(watch), host, port, "WEB") as address:
        log.info("health and metrics are at %s", address)
        yield address


def application(watch: Watch) -> web.Application:
    """The routes."""
    pages, app = _Pages(watch), guarded_application()
    app.router.add_get("/healthz", pages.alive)
    app.router.add_get("/readyz", pages.ready)
    app.router.add_get("/metrics", pages.metrics)
    return app


class _Pages:
    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    async def alive(self, _request: web.Request) -> web.Response:
        """An answer at all is the proof: the process runs and its loop turns."""
        return web.json_response({"alive": True, "version": version()})

    async def ready(self, _request: web.Request) -> web.Response:
        """Every part by name; 503 when one is not ok."""
        parts = self._watch.health.parts()
        is_ready = all(part.is_ok for part in parts.values())
        body = {"ready": is_ready, "parts": {name: asdict(part) for name, part in parts.items()}}
        return web.json_response(body, status=200 if is_ready else 503)

    async def metrics(self, _request: web.Request) -> web.Response:
        """Prometheus' text format."""
        return web.Response(body=await self._watch.page(), headers={"Content-Type": CONTENT_TYPE})
