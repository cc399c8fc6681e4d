"""A first picture of a provider's own, so that one that edits nothing else can be tried."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from bot.cli.terminal import warn
from bot.cli.watching import watched
from bot.delivery.words import OPS
from bot.domain import EditRequest, MaskTuning, Op, Options, TaskState
from bot.errors import BotError, ProviderError
from bot.imaging.demo import draw_middle
from bot.providers.base import OpSpec, Travel
from bot.services.cards import TaskView

if TYPE_CHECKING:
    from bot.app import App

WORDS = "a hot-air balloon over green hills, a photograph"


def steps_before(ops: Mapping[Op, OpSpec], op: Op) -> tuple[Op, ...]:
    """What a provider has to do first, from words on; nothing where it takes any picture."""
    steps: list[Op] = []
    while op in ops and ops[op].image is Travel.PARENT:
        earlier = ops[op].parents - {op, *steps}
        op = min(earlier, key=lambda each: (ops[each].image is Travel.PARENT, each))
        steps.insert(0, op)
    return tuple(steps)


async def with_own_picture(app: "App", request: EditRequest, folder: Path) -> EditRequest:
    """The same on a picture that its provider has made for it, where it takes no other."""
    if not request.provider:
        return request
    last = None
    for step in steps_before(app.desk.routing.spec(request.provider).ops, request.op):
        last = await _done(app, _wish(request, step, last))
    if last is None:
        return request
    size = (last.results[0].width_px, last.results[0].height_px)
    mask = await app.pictures.short(draw_middle, folder / "middle.png", size)
    gone_on = replace(request, picture=None, mask=mask, parent_task_id=last.task.id)
    return replace(gone_on, parent_result_n=last.results[0].n)


def _wish(request: EditRequest, op: Op, last: TaskView | None) -> EditRequest:
    plain = replace(request, picture=None, mask=None, tuning=MaskTuning(), options=Options())
    return replace(
        plain,
        request_key=f"cli:{uuid4().hex}",
        op=op,
        prompt=WORDS,
        count=1,
        parent_task_id=last.task.id if last else None,
        parent_result_n=last.results[0].n if last else None,
    )


async def _done(app: "App", request: EditRequest) -> TaskView:
    """One step at its end; raises what it ended in."""
    task = await app.intake.submit(request)
    warn(f"{OPS[request.op][0]} first: {request.provider} edits only pictures that it made.")
    view = await watched(app, task.id, request.user_id)
    if view.task.state is not TaskState.DONE:
        raise BotError(view.task.error_text or ProviderError.default)
    shown = tuple(result for result in view.results if result.path)
    return replace(view, results=shown)
