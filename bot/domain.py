"""The words that every layer shares: frozen values, without I/O, importing nothing of ours."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

JsonObject = dict[str, Any]


class Op(StrEnum):
    """What is done to a picture."""

    INPAINT = "inpaint"
    ERASE = "erase"
    OUTPAINT = "outpaint"
    IMAGINE = "imagine"
    UPSCALE = "upscale"
    VARY = "vary"


PASTED_BACK = frozenset({Op.INPAINT, Op.ERASE, Op.OUTPAINT})


class TaskState(StrEnum):
    """Where a task is; `MOVES` says where it may go from there."""

    DRAFT = "draft"
    QUEUED = "queued"
    READY = "ready"
    SUBMITTING = "submitting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    UNKNOWN = "unknown"

    @property
    def is_terminal(self) -> bool:
        """Nothing moves a task out of this state."""
        return not MOVES[self]


_S = TaskState
MOVES: Mapping[TaskState, frozenset[TaskState]] = {
    _S.DRAFT: frozenset({_S.QUEUED, _S.CANCELLED, _S.EXPIRED}),
    _S.QUEUED: frozenset({_S.READY, _S.CANCELLED, _S.FAILED}),
    _S.READY: frozenset({_S.SUBMITTING, _S.CANCELLED, _S.FAILED}),
    _S.SUBMITTING: frozenset({_S.RUNNING, _S.READY, _S.FAILED, _S.UNKNOWN}),
    _S.RUNNING: frozenset({_S.DONE, _S.FAILED, _S.CANCELLED}),
    **dict.fromkeys((_S.DONE, _S.FAILED, _S.CANCELLED, _S.EXPIRED, _S.UNKNOWN), frozenset[_S]()),
}
HOLDING = frozenset({_S.QUEUED, _S.READY, _S.SUBMITTING, _S.RUNNING})
IN_FLIGHT = frozenset({_S.READY, _S.SUBMITTING, _S.RUNNING})


class Origin(StrEnum):
    """The entrance a task came through."""

    SLASH = "slash"
    BUTTON = "button"
    REPLY = "reply"
    MENU = "menu"
    PAGE = "page"
    CLI = "cli"


class MaskSource(StrEnum):
    """How the member said where."""

    FILE = "file"
    CUTOUT = "cutout"
    ALPHA = "alpha"
    PAINTED = "painted"
    BOX = "box"
    CELLS = "cells"
    SIDES = "sides"
    PAGE = "page"
    PARENT = "parent"
    NONE = "none"


class CardState(StrEnum):
    """What became of a task's message in the channel."""

    NONE = "none"
    POSTED = "posted"
    LOST = "lost"
    DELETING = "deleting"
    DELETED = "deleted"


TAKEN_AWAY = frozenset({CardState.DELETING, CardState.DELETED})


class ResultState(StrEnum):
    """What a provider delivered in one place of the count."""

    OK = "ok"
    FILTERED = "filtered"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SizeRule:
    """Sizes in pixels that a provider takes; 0 means no bound."""

    side_min_px: int = 64
    side_max_px: int = 0
    multiple_of_px: int = 8
    pixels_max: int = 0


@dataclass(frozen=True, slots=True)
class MaskTuning:
    """How marks become the mask; None is the picture's default; `where` is written, not drawn."""

    invert: bool = False
    grow_px: int | None = None
    feather_px: int | None = None
    outline: bool | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class PictureFacts:
    """What safe decoding found; `notes` are sentences for the member."""

    width_px: int
    height_px: int
    format: str
    has_alpha: bool
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MaskFacts:
    """The canonical mask, after grow: `coverage` is 0..1, `box` is left, top, right, bottom.

    `doubt`: why it may be not what was meant. `outline`: how a copy's lines are read, if any are.
    """

    coverage: float
    box: tuple[int, int, int, int]
    source: MaskSource
    grow_px: int
    feather_px: int
    looks_inverted: bool
    notes: tuple[str, ...] = ()
    doubt: str = ""
    outline: bool | None = None


@dataclass(frozen=True, slots=True)
class Fit:
    """To a provider's size and back: `crop` in picture pixels became `width_px` x `height_px`."""

    crop: tuple[int, int, int, int]
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Options:
    """What a member may set beside the prompt; None leaves the provider's default."""

    model: str | None = None
    negative_prompt: str | None = None
    seed: int | None = None
    strength: float | None = None
    guidance: float | None = None
    steps: int | None = None
    extra: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class ReplyHandle:
    """The requester's ephemeral answer, editable until `expires_at`; the token is never logged."""

    application_id: int
    token: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EditRequest:
    """One wish as it reached us: its files are on this disk, nothing of Discord is in it.

    `ask`: why its member is asked first, doubts aside; `anew`: the earlier edit's mask is let be.
    """

    request_key: str
    origin: Origin
    user_id: int
    guild_id: int
    channel_id: int
    op: Op = Op.INPAINT
    picture: Path | None = None
    mask: Path | None = None
    parent_task_id: str | None = None
    parent_result_n: int | None = None
    prompt: str = ""
    provider: str | None = None
    count: int = 1
    tuning: MaskTuning = MaskTuning()
    options: Options = Options()
    reply: ReplyHandle | None = None
    may_view: frozenset[int] | None = None
    role_ids: frozenset[int] = frozenset()
    place_ids: frozenset[int] = frozenset()
    age_restricted: bool = False
    ask: str = ""
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """One place of a task's count: the stored lossless picture, or why there is none."""

    task_id: str
    n: int
    blob: str | None
    state: ResultState
    seed: int | None
    remote_id: str | None
    remote_index: int | None
    outside_changed: float | None


@dataclass(frozen=True, slots=True)
class Task:
    """One row of `tasks` with its requester's Discord id; times are UTC, money is whole credits."""

    seq: int
    id: str
    op: Op
    state: TaskState
    attempt: int
    request_key: str
    origin: Origin
    person_id: int
    user_id: int | None
    guild_id: int
    channel_id: int
    message_id: int | None
    card_state: CardState
    card_posting_at: datetime | None
    ping_posting_at: datetime | None
    ping_message_id: int | None
    parent_task_id: str | None
    parent_result_n: int | None
    provider: str
    prompt: str
    options: JsonObject
    count: int
    picture_blob: str | None
    mask_blob: str | None
    mask_core_blob: str | None
    overlay_blob: str | None
    picture_facts: JsonObject
    mask_source: MaskSource
    mask_operations: JsonObject
    mask_facts: JsonObject
    fit: JsonObject
    priced_per: str
    quoted: int
    held: int
    settled: int
    payer_account_id: int | None
    client_ref: str | None
    remote_id: str | None
    remote_state: JsonObject
    upstream_cost: str | None
    upstream_unit: str | None
    cancel_requested: bool
    error_code: str | None
    error_text: str | None
    notes: list[str]
    draft_reason: str | None
    draft_expires_at: datetime | None
    reply_application_id: int | None
    reply_token: str | None = field(repr=False)
    reply_expires_at: datetime | None
    view_rev: int
    view_posted: int
    reply_posted: int
    next_at: datetime | None
    deadline_at: datetime | None
    created_at: datetime
    queued_at: datetime | None
    submitted_at: datetime | None
    running_at: datetime | None
    finished_at: datetime | None
    updated_at: datetime
    let_go_at: datetime | None = None
    hidden: bool = False
    offers: list[str] = field(default_factory=list[str])
