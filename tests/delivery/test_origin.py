"""The same time-out means Discord when a request raised it, and a fault of ours when not."""

import asyncio

import pytest
from aiohttp import ClientSession, ClientTimeout, ServerDisconnectedError

from bot.delivery.origin import came_from_discord
from bot.delivery.reply import AWAY, explain
from tests.delivery.test_faults import refused


async def request(*, hangs_up: bool) -> None:
    """Ask a server that takes the call and says nothing."""
    open_calls: list[asyncio.StreamWriter] = []

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_calls.append(writer)
        if hangs_up:
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with ClientSession(timeout=ClientTimeout(total=0.2)) as session:
            await session.get(f"http://127.0.0.1:{port}/")
    finally:
        server.close()
        for call in open_calls:
            call.transport.abort()


@pytest.mark.parametrize("hangs_up", [False, True], ids=["silent", "hangs up"])
async def test_a_request_that_is_not_answered_is_discords(hangs_up: bool) -> None:
    with pytest.raises((TimeoutError, OSError, ServerDisconnectedError)) as caught:
        await request(hangs_up=hangs_up)
    assert came_from_discord(caught.value)
    assert explain(caught.value).text == AWAY


async def test_a_time_out_of_our_own_is_a_bug() -> None:
    with pytest.raises(TimeoutError) as caught:
        await asyncio.wait_for(asyncio.sleep(60), 0.01)
    assert not came_from_discord(caught.value)
    assert explain(caught.value).ref


def test_what_discord_py_names_itself_needs_no_proof() -> None:
    assert came_from_discord(refused(500, 0))
    assert not came_from_discord(ValueError("ours"))
