"""What a card or an ephemeral reply shows of a task: values for the renderers."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.domain import Op, ResultState, Task
from bot.services.paid_by import PaidBy


@dataclass(frozen=True, slots=True)
class ResultView:
    """One place of the count; `path` is the stored lossless file."""

    n: int
    state: ResultState
    path: Path | None
    seed: int | None
    width_px: int
    height_px: int
    outside_changed: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is. A percent is only there when the provider told one."""

    stage: str = ""
    percent: int | None = None
    queue_place: int | None = None
    ready_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OfferView:
    """One who could take a draft whose provider is paused, and for how many credits."""

    slug: str
    title: str
    credits: int


@dataclass(frozen=True, slots=True)
class TaskView:
    """Everything a renderer needs, so that it asks nobody.

    `goes_on` are what the task's own provider can do with its results and nobody else; `offers`
    are there while a draft's provider is paused. `paint_url` is for the requester's eyes alone.
    """

    task: Task
    provider_title: str
    provider_about: str
    prompt_unused: bool
    may_cancel: bool
    progress: Progress
    results: tuple[ResultView, ...]
    overlay: Path | None
    wants_ping: bool
    may_go: bool = True
    paid_by: PaidBy | None = None
    goes_on: tuple[Op, ...] = ()
    offers: tuple[OfferView, ...] = ()
    paint_url: str | None = None


@dataclass(frozen=True, slots=True)
class PostFile:
    """One file as it goes into a message; `lossy` files differ from the stored picture."""

    n: int
    path: Path
    name: str
    bytes: int
    lossy: bool
