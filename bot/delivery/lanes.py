"""What a channel or a reply is owed next, and when: pure functions of rows and the clock.

A channel has one request in flight. Its order is new cards, finals, changes of state, pings,
progress; the longest waiting first. Progress has no revision of its own: it is looked for at fixed
moments, and sent only where the card would look different.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from math import floor

from bot.delivery.status import LIVE, face
from bot.domain import CardState, Origin, Task, TaskState
from bot.services.cards import TaskView

PROGRESS_AT_S = (3.0, 8.0, 15.0, 25.0, 40.0)
PROGRESS_EVERY_S = 30.0
CHANNEL_PROGRESS_GAP_S = 2.0
REPLY_EVERY_S = 3.0
REPLY_LATER_EVERY_S = 10.0
REPLY_MINUTE_S = 60.0
RETRY_FIRST_S = 2.0
RETRY_MAX_S = 60.0
DOUBLINGS_MAX = 10  # far beyond that minute; after a day of an outage it would be no float any more
OLD_EDIT_RETRY_S = 60.0


class Kind(IntEnum):
    """What is to be done, the most urgent first."""

    NEW = 0
    FINAL = 1
    STATE = 2
    PING = 3
    PROGRESS = 4


@dataclass(frozen=True, slots=True)
class Work:
    """One task's next request; `since` is when it began to wait, `due_at` when it may be sent."""

    task_id: str
    kind: Kind
    since: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What was last sent for a task: its face, a print of the whole layout, and when."""

    face: str
    print: str
    at: datetime


def wants_card(task: Task) -> bool:
    """A draft has only its reply; what was queued, or asked for in a reply, has a card."""
    return task.queued_at is not None or task.origin is Origin.REPLY


def is_spent(task: Task) -> bool:
    """A reply's draft that came to nothing: its message goes."""
    return wants_card(task) and task.state.is_terminal and task.queued_at is None


def card_work(view: TaskView, shown: Shown | None, now: datetime) -> Work | None:
    """What the channel is owed for this task."""
    task = view.task
    kind = _card_kind(view, shown)
    if kind is None:
        return None
    due_at = now
    if kind is Kind.PROGRESS:
        begun = task.card_posting_at or task.created_at
        due_at = next_progress(begun, shown.at if shown else begun)
    since = shown.at if shown else task.queued_at or task.created_at
    if kind is Kind.FINAL:
        since = task.finished_at or since  # those that ended first are shown first
    return Work(task.id, kind, since, due_at)


def _card_kind(view: TaskView, shown: Shown | None) -> Kind | None:
    task = view.task
    if not wants_card(task):
        return None
    match task.card_state:
        case CardState.NONE if not is_spent(task):
            return Kind.NEW
        case CardState.NONE if task.card_posting_at is None:
            return None
        case CardState.NONE | CardState.DELETING:
            return Kind.STATE
        case CardState.POSTED if is_spent(task):
            return Kind.STATE
        case CardState.POSTED:
            return _posted_kind(view, shown)
        case _:
            return None


def _posted_kind(view: TaskView, shown: Shown | None) -> Kind | None:
    task = view.task
    behind = task.view_rev > task.view_posted
    if behind and task.state.is_terminal:
        return Kind.FINAL
    if behind and (task.state is TaskState.DRAFT or shown is None or shown.face != face(view)):
        return Kind.STATE
    if task.state in LIVE:
        return Kind.PROGRESS
    return Kind.PING if wants_ping(view) else None


def wants_ping(view: TaskView) -> bool:
    """A ping is owed once, after the final card."""
    return view.wants_ping and view.task.state.is_terminal and view.task.ping_message_id is None


def next_progress(begun: datetime, shown_at: datetime) -> datetime:
    """The first moment for progress after the last edit, counted from when the card was begun."""
    since_s = (shown_at - begun).total_seconds()
    for slot_s in PROGRESS_AT_S:
        if slot_s > since_s:
            return begun + timedelta(seconds=slot_s)
    last_s = PROGRESS_AT_S[-1]
    turns = floor((since_s - last_s) / PROGRESS_EVERY_S) + 1
    return begun + timedelta(seconds=last_s + turns * PROGRESS_EVERY_S)


def reply_lives(task: Task, now: datetime) -> bool:
    """The requester's answer can still be edited."""
    return (
        task.reply_token is not None
        and task.reply_expires_at is not None
        and task.reply_expires_at > now
    )


def reply_work(view: TaskView, shown: Shown | None, now: datetime) -> Work | None:
    """What the requester's own answer is owed; a token that is over is owed its removal."""
    task = view.task
    if task.reply_token is None:
        return None
    if reply_is_over(view, shown, now):
        return Work(task.id, Kind.STATE, now, now)
    behind = task.view_rev > task.reply_posted
    changed = behind if shown is None else shown.face != reply_face(view)
    if changed or (behind and task.state not in LIVE):
        return Work(task.id, Kind.STATE, now, now)
    if task.state is TaskState.DRAFT:
        return None
    shown_at = shown.at if shown else task.created_at
    early = (now - task.created_at).total_seconds() < REPLY_MINUTE_S
    gap = timedelta(seconds=REPLY_EVERY_S if early else REPLY_LATER_EVERY_S)
    return Work(task.id, Kind.PROGRESS, now, max(now, shown_at + gap))


def reply_is_over(view: TaskView, shown: Shown | None, now: datetime) -> bool:
    """The token has run out, or the answer shows the end and nothing will change it any more."""
    task = view.task
    if not reply_lives(task, now):
        return True
    says_all = task.view_rev <= task.reply_posted and (
        shown is None or shown.face == reply_face(view)
    )
    return task.state.is_terminal and says_all and _card_is_settled(task)


def _card_is_settled(task: Task) -> bool:
    """While the card may still be lost, the answer is the only place left for the result."""
    if task.card_state is CardState.POSTED:
        return task.view_rev <= task.view_posted
    return not wants_card(task) or task.card_state is not CardState.NONE


def reply_face(view: TaskView) -> str:
    """The reply also changes at once when there is a card to link to."""
    linked = view.task.card_state is CardState.POSTED and view.task.message_id is not None
    return f"{face(view)}:{linked}"


def delayed(work: Work, until: datetime | None) -> Work:
    """The same work, not before `until`."""
    if until is None or until <= work.due_at:
        return work
    return Work(work.task_id, work.kind, work.since, until)


def pick(works: Iterable[Work], now: datetime, progress_from: datetime) -> Work | None:
    """The one to send now, or None when nothing is due."""
    due = [work for work in works if _due_at(work, progress_from) <= now]
    return min(due, key=lambda work: (work.kind, work.since, work.task_id), default=None)


def next_due(works: Iterable[Work], progress_from: datetime) -> datetime | None:
    """When something will be due."""
    return min((_due_at(work, progress_from) for work in works), default=None)


def _due_at(work: Work, progress_from: datetime) -> datetime:
    return max(work.due_at, progress_from) if work.kind is Kind.PROGRESS else work.due_at


def retry_s(attempt: int) -> float:
    """How long to wait after this many failures in a row."""
    return min(RETRY_MAX_S, RETRY_FIRST_S * 2 ** min(attempt - 1, DOUBLINGS_MAX))
