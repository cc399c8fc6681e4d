"""The web server: is the process alive, can it work, and its numbers. Loopback unless told."""

import errno
import logging
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import asdict

from aiohttp import web

from bot.errors import BadSettings, PortTaken
from bot.services.version import version
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
        site = web.TCPSite(runner, host, port)
        await _start(site, host, port)
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


async def _start(site: web.TCPSite, host: str, port: int) -> None:
    try:
        await site.start()
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise PortTaken(
                f"Port {port} on {host} is in use by another program. Set WEB_PORT to another "
                "port, or to 0 to serve no health and metrics.",
                log=str(error),
            ) from error
        # asyncio's own text repeats the address; a host that no one knows has a negative number.
        known = error.errno in errno.errorcode
        why = os.strerror(error.errno or 0) if known else error.strerror
        raise BadSettings(
            f"Cannot serve on WEB_HOST {host}, WEB_PORT {port}: {why}.", log=str(error)
        ) from error


def _address(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
