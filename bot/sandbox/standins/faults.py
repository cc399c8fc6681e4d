"""What a stand-in can be told to do wrong.

A `Fault` lies on one named call and breaks its transport; a behavior is a word, told to the whole
service or written as `#word` into a prompt, and breaks what the service says.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from aiohttp import web
from PIL import Image

from bot.sandbox.standins.engine import encoded, opened

PAGE = "<html><body>502 Bad Gateway</body></html>"
# More than the downloader takes.
HUGE_BYTES = 51 * 1024 * 1024


class Kind(StrEnum):
    """How a call breaks: an answer of its own, silence, a cut in the body, a page, bad JSON.

    What is LATE is answered as it should be, after `wait_s`.
    """

    STATUS = "status"
    HANG = "hang"
    RESET = "reset"
    HTML = "html"
    BROKEN = "broken"
    LATE = "late"


class Behavior(StrEnum):
    """What every stand-in can do wrong by itself; one may know further words."""

    NSFW = "nsfw"
    EMPTY = "empty"
    FEWER = "fewer"
    ENDLESS = "endless"
    FAILED = "failed"
    # Of the pictures.
    GARBAGE = "garbage"
    OTHER_SHAPE = "other_shape"
    LARGER = "larger"
    OTHER_TYPE = "other_type"
    HUGE = "huge"
    BLANK = "blank"
    # Of their addresses.
    FOREIGN_URL = "foreign_url"
    PRIVATE_URL = "private_url"


FOREIGN_URL = "https://pictures.elsewhere.example/1.png"
PRIVATE_URL = "http://10.0.0.1/1.png"


@dataclass
class Fault:
    """What a call runs into; `times` 0 is until it is cleared."""

    kind: Kind
    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    times: int = 0
    wait_s: float = 0.0

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Break the call."""
        match self.kind:
            case Kind.STATUS:
                return web.json_response(self.body, status=self.status, headers=self.headers)
            case Kind.HANG:
                await asyncio.Event().wait()
            case Kind.HTML:
                return web.Response(text=PAGE, content_type="text/html")
            case Kind.BROKEN:
                return web.Response(text='{"status": "succ', content_type="application/json")
            case Kind.RESET | Kind.LATE:
                pass
        return await _cut(request)


async def _cut(request: web.Request) -> web.StreamResponse:
    """Begin an answer and hang up in the middle of it."""
    response = web.StreamResponse(headers={"Content-Length": "1000"})
    await response.prepare(request)
    await response.write(b'{"status": "success", "output": [')
    if request.transport is not None:
        request.transport.abort()
    return response


def spoiled(data: bytes, how: set[str]) -> bytes:
    """A picture as the behaviors want it."""
    picture = opened(data)
    if picture is None:
        return data
    if Behavior.GARBAGE in how:
        return data[:8] + b"no picture at all" * 8
    if Behavior.BLANK in how:
        return encoded(Image.new("RGB", picture.size))
    if Behavior.LARGER in how:
        return encoded(picture.resize((picture.width * 2, picture.height * 2)))
    if Behavior.OTHER_SHAPE in how:
        return encoded(picture.resize((picture.width * 3, max(1, picture.height // 2))))
    if Behavior.OTHER_TYPE in how:
        return encoded(picture, "JPEG")
    if Behavior.HUGE in how:
        return data + bytes(HUGE_BYTES)
    return data
