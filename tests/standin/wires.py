"""One websocket as a queue: what is put goes out in order, packed as the client asked for it."""

import asyncio
import json
import zlib
from collections.abc import Callable
from contextlib import suppress

from aiohttp import web

from tests.standin.shapes import Json

ZLIB_STREAM = "zlib-stream"


class Socket:
    """A connection of the gateway; `is_dead` swallows everything, as a network that went away."""

    def __init__(
        self, ws: web.WebSocketResponse, request: web.Request, sent: Callable[[Json], None]
    ) -> None:
        self._ws, self._request, self._sent = ws, request, sent
        self._queue: asyncio.Queue[Json | int] = asyncio.Queue()
        packs = request.query.get("compress") == ZLIB_STREAM
        self._packer = zlib.compressobj() if packs else None
        self._writer = asyncio.create_task(self._write())
        self.is_dead = False

    def put(self, payload: Json) -> None:
        """Send this after everything before it."""
        self._queue.put_nowait(payload)

    def close(self, code: int) -> None:
        """Close after everything before it."""
        self._queue.put_nowait(code)

    def cut(self) -> None:
        """End the connection without a word."""
        self.is_dead = True
        if self._request.transport is not None:
            self._request.transport.abort()

    async def end(self) -> None:
        """Stop writing."""
        self._writer.cancel()
        await asyncio.gather(self._writer, return_exceptions=True)

    async def _write(self) -> None:
        with suppress(ConnectionError):
            while True:
                item = await self._queue.get()
                if isinstance(item, int):
                    await self._ws.close(code=item)
                    return
                if not self.is_dead:
                    await self._send(item)

    async def _send(self, payload: Json) -> None:
        text = json.dumps(payload)
        if self._packer is None:
            await self._ws.send_str(text)
        else:
            packed = self._packer.compress(text.encode())
            await self._ws.send_bytes(packed + self._packer.flush(zlib.Z_SYNC_FLUSH))
        self._sent(payload)
