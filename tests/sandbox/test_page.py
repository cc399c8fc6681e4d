"""The page follows the bot by itself, and no press is lost to it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import pytest
import simcord
from simcord.preview._pages import _Page

from bot.errors import StartupError
from bot.sandbox.clock import let_run
from bot.sandbox.page import live_page
from bot.sandbox.people import People, build_people
from bot.sandbox.world import PORT
from tests.sandbox.small_bot import SmallBot


@dataclass
class World:
    env: simcord.Env
    people: People
    preview: simcord.Preview
    page: _Page

    def texts(self) -> list[str]:
        return [message["content"] for message in self.page.snapshot["messages"].values()]

    async def until_shown(self, text: str) -> None:
        async with asyncio.timeout(45):
            for _ in count():
                if text in self.texts():
                    return
                await asyncio.sleep(0.02)

    async def until_targets(self, expected: list[int | None]) -> None:
        """Wait until the page had these targets one after the other."""
        async with asyncio.timeout(45):
            for target in expected:
                while self.page.target_id != target:  # noqa: ASYNC110
                    await asyncio.sleep(0.02)

    async def until_refreshing(self) -> None:
        async with asyncio.timeout(45):
            for _ in count():
                if self.env._operation_label == "preview.refresh":
                    return
                await asyncio.sleep(0)

    async def send(self, sequence: int, **changed: Any) -> dict[str, Any]:
        """Press Send in the browser as the page's script does."""
        body = {
            "protocol_version": 3,
            "sequence": sequence,
            "request_id": f"r{sequence}",
            "generation": self.page.generation,
            "bot_generation": self.env._generation,
            "published_revision": self.page.revision,
            "kind": "send_message",
            "content": f"message {sequence}",
        }
        return await self.preview._action(self.page.id, body | changed)


@asynccontextmanager
async def small_world() -> AsyncIterator[tuple[simcord.Env, People]]:
    async with simcord.run(SmallBot(), shard_count=1) as env:
        people = await build_people(env)
        let_run(env)
        yield env, people


@asynccontextmanager
async def opened() -> AsyncIterator[World]:
    """A world with a page open; no fixture, because SimCord's context must be the test's own."""
    async with small_world() as (env, people), live_page(env, people, 0) as preview:
        yield World(env, people, preview, preview._open_page(str(people.member.id)))


async def test_an_edit_of_an_ephemeral_answer_shows_without_a_press() -> None:
    async with opened() as world:
        result = await world.people.member.slash(world.people.channel, "echo")
        await world.until_shown("here")
        assert result.response is not None
        channel_id = world.people.channel.id
        world.env.backend.edit_message(channel_id, result.response.id, {"content": "there"})
        await world.until_shown("there")


async def test_the_page_turns_to_the_newest_message_and_to_a_card_that_got_pictures() -> None:
    async with opened() as world:
        result = await world.people.member.slash(world.people.channel, "echo")
        assert result.response is not None
        await world.until_targets([None, result.response.id])
        files = world.env.backend.store_attachments(world.people.channel.id, [("a.png", b"")])
        world.env.backend.edit_message(
            world.people.channel.id, result.response.id, {"attachments": files}
        )
        await world.until_targets([None, result.response.id])


async def test_a_press_counts_although_the_page_was_refreshed_meanwhile() -> None:
    async with opened() as world:
        receipt = await world.send(1, published_revision=world.page.revision - 1)
        assert receipt["settlement"] == "settled"


async def test_a_press_during_a_refresh_waits_for_its_turn() -> None:
    async with opened() as world:
        await world.people.guide.send(world.people.channel, "hello")
        await world.until_refreshing()
        receipt = await world.send(1)
        assert receipt["settlement"] == "settled"


async def test_a_taken_familiar_port_is_no_reason_to_fail() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        async with small_world() as (env, people):
            with pytest.raises(StartupError, match="port"):
                async with live_page(env, people, taken.getsockname()[1]):
                    pass
            async with live_page(env, people, PORT) as preview:
                assert preview.url.startswith("http://127.0.0.1:")
