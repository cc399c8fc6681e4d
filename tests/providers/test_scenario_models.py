"""Scenario: its models, prices and balance, as its stand-in tells them."""

from pathlib import Path
from typing import Any

import pytest

from bot.domain import Options
from bot.errors import (
    Rejected,
)
from bot.providers import Off, Parts, scenario
from bot.providers.api import ApiClient, open_client
from bot.providers.scenario_models import Catalog
from bot.settings import Settings
from tests.providers.remotes import job, prepared
from tests.providers.scenario_case import offline, scenario_at_hand
from tests.services.scripted import ThreadPictures


async def test_a_model_outside_the_plan_is_refused(tmp_path: Path) -> None:
    async with scenario_at_hand() as (_, provider):
        work = await prepared(provider, job(tmp_path, provider, prompt="vase #restricted"))
        with pytest.raises(Rejected) as caught:
            await provider.submit(work)
        assert "plan does not include this model" in caught.value.sentence


async def test_the_balance_is_what_the_plan_and_what_was_bought_leave() -> None:
    async with scenario_at_hand() as (_, provider):
        balance = await provider.balance()
        assert balance is not None
        assert (balance.amount, balance.unit) == (1050, "creative units")


async def test_without_a_team_there_is_no_balance() -> None:
    assert await offline().balance() is None


async def test_a_dry_run_tells_the_price_and_starts_nothing(tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        work = job(tmp_path, provider, count=3, picture=None, mask=None)
        assert await provider.quote_units(work) == 15
        assert desk.jobs == {}


async def test_models_are_those_that_can_inpaint_and_asked_for_once() -> None:
    async with scenario_at_hand() as (desk, provider):
        models = await provider.models()
        assert [model.id for model in models] == [
            "model_ours",
            "flux.1-dev",
            "flux.1.1-pro",
            "stable-diffusion-xl-base-1-0",
            "stable-diffusion-v1-5",
        ]
        ranges = {model.id: model.params[0].maximum for model in models}
        assert (ranges["flux.1-dev"], ranges["flux.1.1-pro"]) == (10, 5)
        asked = desk.calls("models")
        await provider.models()
        assert desk.calls("models") == asked == 3


async def test_the_list_of_models_is_asked_for_again_after_an_hour() -> None:
    clock, asked = [0.0], list[str]()

    async def call(path: str, params: Any) -> Any:
        asked.append(params["privacy"])
        return {"models": []}

    catalog = Catalog(call, lambda: clock[0])
    for now in (0.0, 3599.0, 3601.0):
        clock[0] = now
        await catalog.all()
    assert asked == ["private", "public"] * 2


async def test_without_a_name_a_whole_model_is_taken(tmp_path: Path) -> None:
    async with scenario_at_hand() as (_, provider):
        uploads = await provider.upload(job(tmp_path, provider))
        assert uploads == {"modelId": "flux.1-dev", "kind": "flux.1"}


@pytest.mark.parametrize(
    "name", ["nothing", "model_gpt-image", "model_upscaler", "../teams/x", "a/b", "a?b=c", "."]
)
async def test_a_model_that_cannot_do_it_is_refused_by_name(name: str, tmp_path: Path) -> None:
    async with scenario_at_hand() as (desk, provider):
        with pytest.raises(Rejected) as caught:
            await provider.upload(job(tmp_path, provider, options=Options(model=name)))
        assert f"no model `{name}`" in caught.value.sentence
        assert {each.call for each in desk.seen} <= {"models", "model"}


async def test_numbers_outside_the_models_own_range_are_refused_before_the_start(
    tmp_path: Path,
) -> None:
    async with scenario_at_hand() as (desk, provider):
        wish = Options(model="flux.1.1-pro", guidance=7.5)
        with pytest.raises(Rejected, match="`guidance` of Scenario's Flux Pro goes from 2 to 5"):
            await provider.upload(job(tmp_path, provider, options=wish))
        assert desk.calls("submit") == 0


async def test_it_is_off_without_a_key_and_its_secret() -> None:
    async with open_client() as client:
        chosen: dict[str, Any] = {"scenario_api_key": "k", "_env_file": None}
        made = scenario.provider(Parts(Settings(**chosen), ApiClient(client), ThreadPictures()))
    assert isinstance(made, Off)
    assert "SCENARIO_API_KEY and SCENARIO_API_SECRET" in made.reason
