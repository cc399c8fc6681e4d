"""Scenario's stand-in at hand, and what the tests of Scenario say of it."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.domain import Options
from bot.providers import scenario
from bot.providers.base import Provider
from bot.providers.scenario_answers import (
    parse,
)
from bot.providers.scenario_spec import SPEC
from bot.sandbox.standins.common import KEY, Desk
from bot.sandbox.standins.scenario import SECRET, TEAM, ScenarioStandIn
from tests.providers.case import Case
from tests.providers.remotes import reached

EVERYTHING = Options(
    model="flux.1-dev",
    negative_prompt="blurry",
    seed=7,
    strength=0.5,
    guidance=4.0,
    steps=20,
    extra={
        "scheduler": "DDIMScheduler",
        "model_epoch": "3",
        "base_model": "flux.1-dev",
        "concepts": "model_a:0.8;model_b:-0.5",
        "disable_merging": "yes",
        "negative_prompt_strength": "2",
    },
)


def settings(desk: Desk) -> dict[str, str]:
    return {
        "scenario_api_key": KEY,
        "scenario_api_secret": SECRET,
        "scenario_base_url": f"{desk.origin}/v1/",
        "scenario_team_id": TEAM,
    }


CASE = Case(
    spec=SPEC,
    factory=scenario.provider,
    standin=ScenarioStandIn,
    settings=settings,
    parse=parse,
    means={
        "started": "waiting job_ocZCnG1Df35XRL1QyCZSRxAG8",
        "queued": "waiting job_1",
        "in_progress": "waiting job_1",
        "finalizing": "waiting job_1",
        "success": "done ok ok",
        "unknown_status": "odd",
        "unknown_shape": "odd",
        "success_without_pictures": "failed bad_answer",
        "failure": "failed rejected",
        "failed_older": "failed rejected",
        "failure_moderated": "failed filtered",
        "canceled": "failed rejected",
    },
    # Its models are asked for before the start.
    ends={
        "nobody listens": "failed unavailable",
        "nobody answers the door": "failed unavailable",
    },
)


def scenario_at_hand(
    **options: Any,
) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(ScenarioStandIn, scenario.provider, settings, **options)


def offline() -> Provider:
    spec_only: Any = None
    return scenario.Scenario(spec_only, scenario.Access("http://127.0.0.1:9", "Basic x"))
