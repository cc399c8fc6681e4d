"""Apiframe's stand-in at hand, and what the tests of Apiframe say of it."""

from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from bot.domain import Fit, Op
from bot.providers import apiframe
from bot.providers.apiframe import SPEC, Apiframe
from bot.providers.apiframe_answers import (
    parse,
)
from bot.providers.base import (
    Delivered,
    Job,
    Provider,
)
from bot.providers.parts import Hook
from bot.sandbox.standins.apiframe import ApiframeStandIn
from bot.sandbox.standins.common import KEY, Desk
from tests.providers.case import Case
from tests.providers.remotes import job, reached

TASK = "29e983ca-7e86-4017-a9e3-ef6fe9cd5f2a"
HOOK = Hook("https://bot.example/hook/1", "planted-secret")


def settings(desk: Desk) -> dict[str, str]:
    return {"apiframe_api_key": KEY, "apiframe_base_url": f"{desk.origin}/"}


CASE = Case(
    spec=SPEC,
    factory=apiframe.provider,
    standin=ApiframeStandIn,
    settings=settings,
    parse=parse,
    means={
        "done": "done ok ok ok ok",
        "processing": f"waiting {TASK}",
        "finished_live": "done ok failed",
        "upscaled": "done ok",
        "upscaled_camel": "done ok",
        "staged": "waiting t",
        "retry": "waiting t",
        "unknown_shape": "odd",
        "other_version": "odd",
        "finished_without_pictures": "failed bad_answer",
        "failed": "failed rejected",
        "failed_banned": "failed filtered",
        "failed_silent": "failed rejected",
    },
    # What is imagined stands for itself, whatever its shape.
    ends={"of another shape": "done"},
)


def at_hand(**options: Any) -> AbstractAsyncContextManager[tuple[Desk, Provider]]:
    return reached(ApiframeStandIn, apiframe.provider, settings, **options)


def step(folder: Path, op: Op, parent: Delivered | None = None, **changes: Any) -> Job:
    """A job as the engine makes it: without files unless it pastes back."""
    offline: Any = None
    made = job(
        folder, Apiframe(offline, "http://127.0.0.1:9", SecretStr("k")), op, count=4, **changes
    )
    if op is not Op.INPAINT:
        made = replace(made, picture=None, mask=None, fit=Fit((0, 0, 0, 0), 0, 0))
    if parent is None:
        return made
    return replace(made, parent_remote_id=parent.remote_id, parent_remote_index=parent.remote_index)
