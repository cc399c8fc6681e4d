"""Submits over real connections, to servers that answer, hang up, break off or dawdle."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from bot.errors import (
    AmbiguousSubmit,
    NotSent,
)
from bot.providers.api import ApiClient, open_client
from bot.providers.guard import FetchPolicy, origin_of

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


async def over_tcp(talk: Talk | None, timeout_s: float = 5.0) -> Any:
    """Submit over a real connection to a server that talks like this; None: nobody listens."""

    idle = asyncio.Event()
    idle.set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert talk is not None
        idle.clear()
        with suppress(ConnectionError):
            await talk(reader, writer)
            writer.close()
            await writer.wait_closed()
        idle.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    if talk is None:
        server.close()
    policy = FetchPolicy(base_url_origin=origin_of(base))
    async with server, open_client() as client:
        try:
            return await ApiClient(client).request(
                policy, "POST", base, json={}, timeout_s=timeout_s, submit=True
            )
        finally:
            await idle.wait()


async def _hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def _trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
    for _ in range(10):
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def _break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"id"')


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{"id": 1}')


async def test_over_a_real_connection() -> None:
    assert await over_tcp(_accept) == {"id": 1}
    with pytest.raises(NotSent):
        await over_tcp(None)
    for talk in (_hang_up, _break_off):
        with pytest.raises(AmbiguousSubmit):
            await over_tcp(talk)


async def test_the_time_out_is_for_the_whole_call() -> None:
    with pytest.raises(AmbiguousSubmit) as caught:
        await over_tcp(_trickle, timeout_s=0.2)
    assert caught.value.log == "lost: TimeoutError"
