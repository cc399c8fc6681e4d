"""The guarded downloader: each hop passes `guard.py`, the bytes are counted, the type is seen."""

import asyncio
import logging
import ssl
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import cast

import httpcore

from bot.errors import BadAnswer, PictureLost, ProviderError, Unavailable
from bot.providers.guard import FetchPolicy, PinnedBackend, Place, Resolve, allowed, joined
from bot.providers.guard import resolve_name as ask_the_system

log = logging.getLogger(__name__)

CONNECT_S_MAX = 5.0
REDIRECTS_MAX = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
GONE = frozenset({401, 403, 404, 410})


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written: the format that the first bytes show, and the size."""

    format: str
    bytes: int


class Fetcher:
    """Downloads each picture over a connection of its own."""

    def __init__(
        self,
        resolve: Resolve = ask_the_system,
        dial: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._resolve = resolve
        self._dial = dial or cast("httpcore.AsyncNetworkBackend", httpcore.AnyIOBackend())

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return httpcore.default_ssl_context()

    async def fetch(self, policy: FetchPolicy, url: str, target: Path) -> Fetched:
        """Write the picture behind `url` to `target`, whole or not at all.

        Raises BadAnswer (an origin, type or size that is not allowed), PictureLost or Unavailable.
        """
        begun_at, place = time.monotonic(), allowed(policy, url)
        try:
            async with asyncio.timeout(policy.total_s):
                data = await self._follow(policy, place, url)
        except TimeoutError:
            raise Unavailable(log=f"no whole picture in {policy.total_s:.0f} s") from None
        except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError) as error:
            raise Unavailable(log=f"download broke: {type(error).__name__}") from error
        fetched = await keep(data, target)
        took_ms = (time.monotonic() - begun_at) * 1000
        log.info("GET %s -> %d bytes in %.0f ms", place.origin[1], fetched.bytes, took_ms)
        return fetched

    async def _follow(self, policy: FetchPolicy, place: Place, url: str) -> bytes:
        """Go through redirects by hand: each hop passes the same checks."""
        for _ in range(REDIRECTS_MAX + 1):
            async with self._opened(policy, place) as response:
                if response.status not in REDIRECTS:
                    _refuse_bad(response.status)
                    return await _read(response, policy.bytes_max)
                url = joined(url, _location(response))
            place = allowed(policy, url)
        raise BadAnswer(log=f"more than {REDIRECTS_MAX} redirects")

    @asynccontextmanager
    async def _opened(self, policy: FetchPolicy, place: Place) -> AsyncGenerator[httpcore.Response]:
        pool = httpcore.AsyncConnectionPool(
            ssl_context=self._tls if place.origin[0] == "https" else None,
            max_keepalive_connections=0,
            network_backend=PinnedBackend(policy, self._resolve, self._dial),
        )
        timeout = {"connect": CONNECT_S_MAX, "read": policy.total_s, "write": policy.total_s}
        request = pool.stream(
            "GET", place.to_core(), headers=_headers(place), extensions={"timeout": timeout}
        )
        async with pool, request as response:
            yield response


async def keep(data: bytes, target: Path) -> Fetched:
    """Write a picture that came as bytes, whole or not at all; raises BadAnswer if it is none."""
    fetched = Fetched(sniff(data[:16]), len(data))
    await asyncio.to_thread(_write, data, target)
    return fetched


def _write(data: bytes, target: Path) -> None:
    part = target.with_name(f"{target.name}.part")
    part.write_bytes(data)
    part.replace(target)


def _headers(place: Place) -> list[tuple[str, str]]:
    """Ask without compression, so that the bytes counted are the bytes kept."""
    return [
        ("Host", place.authority),
        ("User-Agent", "inpaint-bot"),
        ("Accept", "image/*"),
        ("Accept-Encoding", "identity"),
    ]


def _location(response: httpcore.Response) -> str:
    found = [value for name, value in response.headers if name.lower() == b"location"]
    if not found:
        raise BadAnswer(log="a redirect to nowhere")
    return found[0].decode("latin-1")


def _refuse_bad(status: int) -> None:
    error: ProviderError | None = None
    if status in GONE:
        error = PictureLost(log=f"download answered {status}")
    elif status == 429 or status >= 500:
        error = Unavailable(log=f"download answered {status}")
    elif status != 200:
        error = BadAnswer(log=f"download answered {status}")
    if error is not None:
        raise error


async def _read(response: httpcore.Response, bytes_max: int) -> bytes:
    """Return the body, and stop reading as soon as it is longer than allowed."""
    data = bytearray()
    async for chunk in response.aiter_stream():
        data += chunk
        if len(data) > bytes_max:
            raise BadAnswer(log=f"a picture of more than {bytes_max} bytes")
    return bytes(data)


def sniff(head: bytes) -> str:
    """Return the format that the first bytes show, whatever was declared; raises BadAnswer."""
    if head.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return "WEBP"
    raise BadAnswer(log=f"a file that begins with {head[:8].hex()} is no picture")
