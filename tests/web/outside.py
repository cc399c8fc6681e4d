"""The public server as a stranger meets it: an app with PUBLIC_URL, and raw HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from bot.web.address import free_port
from bot.web.listen import HEADERS
from bot.web.public import Links, make_links, publishing
from bot.web.tokens import new_key
from bot.web.webhooks import Webhooks
from tests.fakes import FakeClock

PNG = b"\x89PNG\r\n\x1a\n" + bytes(200)
SECRET_HEADER = "x-webhook-secret"


def listener(headers: object, body: bytes, secret: str) -> bool | None:
    """One that wants its secret back and takes everything but noise for news."""
    shown = dict(headers).get(SECRET_HEADER)  # pyright: ignore
    return None if shown != secret else body.startswith(b"{")


@dataclass
class Outside:
    """A public server, what it was made from, and a client that follows nothing."""

    links: Links
    work: Path
    clock: FakeClock
    client: httpx.AsyncClient
    hurried: list[str]

    def picture(self, name: str = "picture.png", task_id: str = "t1", data: bytes = PNG) -> Path:
        """A file as it is made ready for a provider."""
        file = self.work / task_id / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        return file

    def link(self, file: Path) -> str:
        made = self.links.media.link(file)
        assert made is not None
        return made


@asynccontextmanager
async def outside(folder: Path) -> AsyncGenerator[Outside]:
    """Serve media and webhooks on loopback."""
    port, clock, work, hurried = free_port(), FakeClock(), folder / "work", list[str]()
    links = make_links(f"http://127.0.0.1:{port}", work, (new_key(),), clock)
    hooks = Webhooks(links.hooks, {"some": listener}, hurried.append)
    routes = (*links.media.routes(), *hooks.routes())
    async with (
        publishing(routes, "127.0.0.1", port),
        httpx.AsyncClient(trust_env=False, timeout=45, base_url=links.base_url) as client,
    ):
        yield Outside(links, work, clock, client, hurried)


def assert_hardened(answer: httpx.Response) -> None:
    """Every header that keeps a browser from making more of an answer than it is."""
    for name, value in HEADERS.items():
        assert answer.headers[name] == value
    assert answer.headers["Server"] == "inpaint-bot"


def assert_silent(answer: httpx.Response, status: int) -> None:
    """An error with nothing in it."""
    assert (answer.status_code, answer.content) == (status, b"")
    assert_hardened(answer)
