"""The models that autocomplete offers, from providers that tell, are slow, or break."""

import asyncio
from dataclasses import dataclass, replace

import pytest

from bot.errors import Unavailable
from bot.providers.base import Model
from bot.services.catalog import TIMEOUT_S, models_of
from tests.providers.scenario_case import scenario_at_hand
from tests.services.scripted import SPEC, Scripted

FLUX, SDXL = Model("flux.1-dev", "Flux Dev"), Model("sd-xl-base", "Stable Diffusion XL")


@dataclass
class Telling(Scripted):
    """Has models, or an error in their place; None: it never answers."""

    told: tuple[Model, ...] | Exception | None = (FLUX, SDXL)

    async def models(self) -> tuple[Model, ...]:
        if self.told is None:
            await asyncio.Event().wait()
        if isinstance(self.told, Exception):
            raise self.told
        return self.told or ()


async def ids(*providers: Scripted, text: str = "") -> list[str]:
    return [each.model.id for each in await models_of(providers, text, timeout_s=0.01)]


async def test_models_are_found_by_id_and_title() -> None:
    provider = Telling()
    assert await ids(provider) == ["flux.1-dev", "sd-xl-base"]
    assert await ids(provider, text="Diffusion") == ["sd-xl-base"]
    assert await ids(provider, text="FLUX.1") == ["flux.1-dev"]
    assert await ids(provider, text="nothing") == []


async def test_models_that_the_spec_names_need_no_call() -> None:
    fixed = Telling(spec=replace(SPEC, models=("lama",)), told=())
    assert await ids(fixed) == ["lama"]


@pytest.mark.parametrize("told", [None, Unavailable()], ids=["slow", "broken"])
async def test_who_does_not_tell_in_time_keeps_nobody_else_from_it(
    told: Exception | None,
) -> None:
    assert await ids(Telling(told=told), Telling(told=(SDXL,))) == ["sd-xl-base"]


def test_discord_s_three_seconds_are_kept() -> None:
    assert TIMEOUT_S < 3


async def test_scenario_is_asked_once_for_many_letters() -> None:
    async with scenario_at_hand() as (desk, provider):
        first = await models_of([provider], timeout_s=45)
        asked = desk.calls("models")
        assert first
        assert asked
        for text in ("f", "fl", "flux"):
            await models_of([provider], text)
        assert desk.calls("models") == asked
