"""From a task and what was read beside it to the view that renderers get; pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.db.models import Blob
from bot.domain import PASTED_BACK, CardState, Op, Result, Task, TaskState
from bot.providers.base import OpSpec, PromptUse, Provider, ProviderSpec, Waiting
from bot.services.blobs import Blobs
from bot.services.cards import OfferView, Progress, ResultView, TaskView
from bot.services.choosing import offers_of
from bot.services.paid_by import PaidBy
from bot.services.records import from_json

S = TaskState
ESTIMATE_STEP_S = 5


@dataclass(frozen=True, slots=True)
class Seen:
    """What one set of statements found for many tasks."""

    results: Sequence[tuple[Result, Blob | None]]
    overlays: Mapping[str, Path]
    places: Mapping[str, int]
    pings: Mapping[int, str]
    blobs: Blobs
    payers: Mapping[str, PaidBy] = field(default_factory=dict[str, PaidBy])


def view_of(
    task: Task, providers: Mapping[str, Provider], seen: Seen, now: datetime, ping_after_s: float
) -> TaskView:
    """Everything a renderer needs of one task."""
    spec = providers[task.provider].spec if task.provider in providers else None
    op = spec.ops.get(task.op) if spec else None
    return TaskView(
        task=task,
        provider_title=spec.title if spec else task.provider,
        provider_about=spec.about if spec else "",
        prompt_unused=op is not None and op.prompt is PromptUse.UNUSED and not op.parents,
        may_cancel=may_cancel(task, spec),
        progress=_progress(task, seen),
        results=tuple(
            _result(one, blob, seen.blobs) for one, blob in seen.results if one.task_id == task.id
        ),
        overlay=seen.overlays.get(task.overlay_blob or ""),
        may_go=_may_go(task, op),
        goes_on=goes_on_from(task, spec),
        paid_by=seen.payers.get(task.id),
        offers=_offers(task, providers),
        wants_ping=_wants_ping(task, seen.pings.get(task.person_id, "long"), now, ping_after_s),
    )


def _may_go(task: Task, op: OpSpec | None) -> bool:
    """Whether a draft's mask is there where one is needed, and not too large."""
    if op is None or (op.mask is not None and task.op in PASTED_BACK and not task.mask_blob):
        return op is None
    return float(task.mask_facts.get("coverage") or 0) <= op.coverage_max


def _offers(task: Task, providers: Mapping[str, Provider]) -> tuple[OfferView, ...]:
    if task.state is not S.DRAFT:
        return ()
    return tuple(
        OfferView(each.slug, providers[each.slug].spec.title, each.credits)
        for each in offers_of(task.offers)
        if each.slug in providers
    )


def goes_on_from(task: Task, spec: ProviderSpec | None) -> tuple[Op, ...]:
    """What the provider does only with pictures that a task like this one has made."""
    ops = spec.ops.items() if spec else ()
    return tuple(name for name, op in ops if task.op in op.parents)


def may_cancel(task: Task, spec: ProviderSpec | None) -> bool:
    """Whether Cancel is offered: before the provider has it, then where it can be taken back."""
    if task.state in {S.DRAFT, S.QUEUED, S.READY}:
        return True
    if task.state not in {S.SUBMITTING, S.RUNNING} or spec is None:
        return False
    settled = "done" in task.remote_state or task.remote_state.get("cancel_refused")
    return spec.cancels and not task.cancel_requested and not settled


def _progress(task: Task, seen: Seen) -> Progress:
    if task.state is S.QUEUED:
        return Progress(queue_place=seen.places.get(task.id))
    if task.state is not S.RUNNING or "waiting" not in task.remote_state:
        return Progress()
    if "done" in task.remote_state:
        return Progress(stage="Fetching the pictures")
    waiting = from_json(Waiting, task.remote_state["waiting"])
    ready_at = _ready_at(task, waiting.estimate_s)
    return Progress(waiting.stage, waiting.percent, waiting.queue_place, ready_at)


def _ready_at(task: Task, estimate_s: float | None) -> datetime | None:
    """Rounded up to whole steps, so that an estimate that trembles causes no edit."""
    if not estimate_s:
        return None
    ready_s = task.updated_at.timestamp() + estimate_s
    return datetime.fromtimestamp(math.ceil(ready_s / ESTIMATE_STEP_S) * ESTIMATE_STEP_S, UTC)


def _result(result: Result, blob: Blob | None, blobs: Blobs) -> ResultView:
    return ResultView(
        n=result.n,
        state=result.state,
        path=blobs.path(blob.id, blob.suffix) if blob else None,
        seed=result.seed,
        width_px=blob.width_px if blob else 0,
        height_px=blob.height_px if blob else 0,
        outside_changed=result.outside_changed,
    )


def _wants_ping(task: Task, choice: str, now: datetime, ping_after_s: float) -> bool:
    ended = task.state in {S.DONE, S.FAILED, S.UNKNOWN}
    if (
        not ended
        or task.card_state is not CardState.POSTED
        or task.ping_message_id
        or choice == "off"
    ):
        return False
    if task.finished_at is None or now - task.finished_at > timedelta(days=1):
        return False
    took_s = (task.finished_at - task.created_at).total_seconds()
    return choice == "always" or took_s > ping_after_s
