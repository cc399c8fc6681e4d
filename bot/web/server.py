"""The web server: is the process alive, can it work, and its numbers. Loopback unless told."""

import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict

from aiohttp import web

from bot.services.version import version
from bot.web.address import refusal
from bot.web.metrics import CONTENT_TYPE
from bot.web.watch import Watch

log = logging.getLogger(__name__)
HEADERS = {
    "Cache-Control": "no-store",
    "Server": "inpaint-bot",
    "X-Content-Type-Options": "nosniff",
}


@asynccontextmanager
async def serving(watch: Watch, host: str, port: int) -> AsyncGenerator[str]:
    """Serve while the block runs and give the address; port 0 takes any free one.

    Raises PortTaken, or BadSettings for an address that is not this machine's.
    """
    runner = web.AppRunner(application(watch), access_log=None)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise refusal(error, host, port) from error
        address = _address(runner)
        log.info("health and metrics are at %s", address)
        yield address
    finally:
        await runner.cleanup()


def application(watch: Watch) -> web.Application:
    """The routes; every answer, errors too, is fresh and of the type it says."""
    pages = _Pages(watch)
    app = web.Application()
    app.on_response_prepare.append(_stamped)
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


async def _stamped(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(HEADERS)


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
