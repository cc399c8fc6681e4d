"""What the sandbox takes from inside SimCord is still there; its version is pinned for this."""

import inspect
from importlib.metadata import version

import pytest
import simcord
from simcord._clock import Clock
from simcord.backend import Backend
from simcord.preview import Preview
from simcord.preview._pages import _Page

from tests.sandbox.small_bot import SmallBot


def test_simcord_is_the_version_that_was_read() -> None:
    assert version("simcord") == "3.2.1"


def test_the_clock_is_read_through_elapsed() -> None:
    clock = Clock()
    before = clock.now()
    clock.elapsed = 5.0
    assert (clock.now() - before).total_seconds() == 5.0


@pytest.mark.parametrize("name", ["commit_message", "edit_message", "delete_message"])
def test_messages_change_through_these_methods(name: str) -> None:
    assert inspect.isfunction(getattr(Backend, name))


def test_an_action_names_its_page_and_a_revision() -> None:
    assert list(inspect.signature(Preview._action).parameters) == ["self", "context_id", "body"]
    assert inspect.iscoroutinefunction(Preview._action)
    assert "revision" in _Page.__slots__


async def test_a_preview_keeps_its_pages_by_id() -> None:
    async with simcord.run(SmallBot(), shard_count=1) as env:
        guild = env.create_guild()
        channel = guild.create_text_channel("a")
        member = guild.add_member(env.create_user("a"))
        preview = env.preview(channel, viewers=[member], layout="channel")
        assert preview._pages == {}
