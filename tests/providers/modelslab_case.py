"""ModelsLab's stand-in at hand, and what the tests of ModelsLab say of it."""

from contextlib import AbstractAsyncContextManager
from typing import Any

from bot.providers import modelslab
from bot.providers.base import Provider
from bot.providers.modelslab_answers import (
    parse,
)
from bot.providers.modelslab_spec import SPEC
from bot.sandbox.standins.common import KEY, Desk
from bot.sandbox.standins.modelslab import ModelsLabStandIn
from tests.providers.case import Case
from tests.providers.remotes import reached


def settings(desk: Desk) -> dict[str, str]:
    return {"modelslab_api_key": KEY, "modelslab_base_url": f"{desk.origin}/api/v6/"}


CASE = Case(
    spec=SPEC,
    factory=modelslab.provider,
    standin=ModelsLabStandIn,
    settings=settings,
    parse=parse,
    means={
        "seed_success": "done ok",
        "processing": "waiting 12384052",
        "processing_fetch": "waiting",
        "success_fetch": "done ok ok",
        "success_one_text": "done ok",
        "success_future": "done ok",
        "success_empty": "failed bad_answer",
        "success_nsfw": "done filtered",
        "success_nsfw_list": "done filtered ok",
        "success_nsfw_empty": "failed filtered",
        "error_prompt": "failed rejected",
        "error_url": "failed rejected",
        "error_size": "failed rejected",
        "error_fields": "failed rejected",
        "error_key": "failed auth",
        "error_credits": "failed quota",
        "error_rate": "failed not_sent",
        "error_nsfw": "failed filtered",
        "error_safety_field": "failed rejected",
        "failed_misspelled": "failed rejected",
        "failed_silent": "failed rejected",
        "webhook": "done ok",
        "unknown_shape": "odd",
        "unknown_status": "odd",
    },
    queues="queued",
    # Its filter blanks pictures, so a blank one is no picture to pay for.
    ends={"blank": "failed filtered"},
)


def at_hand(**options: Any) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(ModelsLabStandIn, modelslab.provider, settings, **options)
