"""The world of `tests/cogs`, with discord.py's own HTTP code in it."""

from collections.abc import AsyncGenerator

import pytest

from tests.cogs.conftest import OPS, app, clock, simcord_bot, world
from tests.cogs.world import World
from tests.rest.table import DEADLINE_S
from tests.rest.wire import Wire, wired
from tests.services.scripted import Scripted, with_spec

__all__ = ["app", "clock", "providers", "simcord_bot", "wire", "world"]


@pytest.fixture
def providers() -> list[Scripted]:
    return [with_spec(ops=OPS, deadline_s=DEADLINE_S)]


@pytest.fixture
async def wire(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Wire]:
    async with wired(world.clock, monkeypatch) as made:
        yield made
