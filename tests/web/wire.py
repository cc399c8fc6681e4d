"""One connection on which bytes are sent as they are: no client tidies them up first."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

ANSWER_S_MAX = 45.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names are lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Wire:
    """Asks and reads, one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, sent: bytes) -> Answer | None:
        """The answer; None where the server hung up without one. Raises TimeoutError.

        Without anything to send, only the answer is read.
        """
        async with asyncio.timeout(ANSWER_S_MAX):
            try:
                if sent:
                    self._writer.write(sent)
                    await self._writer.drain()
                head = await self._reader.readuntil(b"\r\n\r\n")
                return await self._read(head, with_body=not sent.startswith(b"HEAD "))
            except (asyncio.IncompleteReadError, ConnectionError):
                return None

    async def send(self, sent: bytes) -> None:
        """Send this and no more for now."""
        self._writer.write(sent)
        await self._writer.drain()

    async def end_after(self, sent: bytes) -> None:
        """Send this, and say that nothing more will come."""
        with suppress(ConnectionError):
            self._writer.write(sent)
            self._writer.write_eof()
            await self._writer.drain()

    async def _read(self, head: bytes, *, with_body: bool) -> Answer:
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        length = int(headers.get("content-length", 0)) if with_body else 0
        return Answer(int(first.split()[1]), headers, await self._reader.readexactly(length))


@asynccontextmanager
async def wire(address: str) -> AsyncGenerator[Wire]:
    """Connect to a server on loopback."""
    parts = urlsplit(address)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        yield Wire(reader, writer)
    finally:
        writer.close()
