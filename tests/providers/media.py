"""Our own addresses for pictures, served on loopback as the web server will serve them."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4

from aiohttp import web


class Media:
    """Gives a file an address that nobody can guess."""

    def __init__(self) -> None:
        self.origin = ""
        self.files: dict[str, Path] = {}
        self.fetched: list[str] = []

    def link(self, path: Path) -> str | None:
        name = uuid4().hex
        self.files[name] = path
        return f"{self.origin}/media/{name}.png"

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        self.fetched.append(self.files[name].name)
        return web.Response(body=self.files[name].read_bytes(), content_type="image/png")


@asynccontextmanager
async def media_links() -> AsyncGenerator[Media]:
    """Serve them."""
    media, app = Media(), web.Application()
    app.router.add_get("/media/{name}.png", media.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        media.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield media
    finally:
        await runner.cleanup()
