"""The bot in a server of its own, for every test of this folder that asks for `world`."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import simcord

from bot.app import App
from bot.delivery.client import InpaintBot, build_bot
from bot.domain import Op
from bot.providers.base import OpSpec, Param, Price, PricedPer, PromptUse, Travel
from tests.cogs.world import World, WorldClock, opened
from tests.services.scripted import SPEC, Scripted

_OWN = OpSpec(
    prompt=PromptUse.UNUSED,
    image=Travel.PARENT,
    mask=None,
    price=Price(Decimal(2), PricedPer.JOB),
    makes=1,
    parents=frozenset({Op.IMAGINE}),
    parent_reason="Scripted goes on only from what it has imagined.",
)
# What goes on from words and from what came of them, so that its buttons are pressed, too.
OPS = {
    **SPEC.ops,
    Op.IMAGINE: OpSpec(
        prompt=PromptUse.REQUIRED,
        image=None,
        mask=None,
        price=Price(Decimal(4), PricedPer.JOB),
        count_max=4,
        makes=2,
        params=(Param("seed", int), Param("shape", str, "square", choices=("square", "wide"))),
    ),
    Op.UPSCALE: _OWN,
    Op.VARY: replace(_OWN, count_max=4, makes=4),
}


@pytest.fixture
def clock() -> WorldClock:
    return WorldClock()


@pytest.fixture
def providers() -> list[Scripted]:
    """A paid one that does much, and a free one that reads no prompt and takes no option."""
    takes = replace(
        SPEC.ops[Op.INPAINT],
        prompt=PromptUse.UNUSED,
        price=Price(Decimal(0)),
        params=(),
        count_max=1,
    )
    about = "Plain fills from around the mask; it does not read the prompt."
    plain = replace(SPEC, slug="plain", title="Plain", about=about, ops={Op.INPAINT: takes})
    return [Scripted(spec=replace(SPEC, ops=OPS)), Scripted(spec=plain)]


@pytest.fixture
async def app(tmp_path: Path, clock: WorldClock, providers: list[Scripted]) -> AsyncGenerator[App]:
    async with opened(tmp_path, clock, providers) as opened_app:
        yield opened_app


@pytest.fixture
async def simcord_bot(app: App) -> InpaintBot:
    return build_bot(app)


@pytest.fixture
async def world(
    simcord_env: simcord.Env,
    app: App,
    clock: WorldClock,
    tmp_path: Path,
    providers: list[Scripted],
) -> AsyncGenerator[World]:
    clock.env = simcord_env
    built = World(simcord_env, app, clock, tmp_path, providers)
    await built.build()
    yield built
    await built.close()
