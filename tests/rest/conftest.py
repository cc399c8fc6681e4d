"""The world of `tests/cogs`, with discord.py's own HTTP code in it."""

from collections.abc import AsyncGenerator

import pytest

from tests.cogs.conftest import app, clock, providers, simcord_bot, world
from tests.cogs.world import World
from tests.rest.wire import Wire, wired

__all__ = ["app", "clock", "providers", "simcord_bot", "wire", "world"]


@pytest.fixture
async def wire(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Wire]:
    async with wired(world.clock, monkeypatch) as made:
        yield made
