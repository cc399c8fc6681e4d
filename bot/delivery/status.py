"""What a task's state means for people: where it is, what was paid and what to do."""

from bot.delivery import words
from bot.domain import PASTED_BACK, Op, ResultState, Task, TaskState
from bot.errors import AmbiguousSubmit, ProviderError
from bot.services.cards import ResultView, TaskView
from bot.services.economy import Payer

_S = TaskState

LIVE = frozenset({_S.QUEUED, _S.READY, _S.SUBMITTING, _S.RUNNING})
AT_PROVIDER = frozenset({_S.SUBMITTING, _S.RUNNING})

GREY, BLUE, GREEN, AMBER, RED = 0x80848E, 0x3B82F6, 0x22A55B, 0xE6A700, 0xD83C3E
ACCENTS: dict[TaskState, int] = {
    _S.DRAFT: AMBER,
    _S.QUEUED: GREY,
    _S.READY: BLUE,
    _S.SUBMITTING: BLUE,
    _S.RUNNING: BLUE,
    _S.DONE: GREEN,
    _S.FAILED: RED,
    _S.CANCELLED: GREY,
    _S.EXPIRED: GREY,
    _S.UNKNOWN: AMBER,
}
# In lists, where a line has to say it in a word.
STATES: dict[TaskState, str] = {
    _S.DRAFT: "Not started",
    _S.QUEUED: "Waiting",
    _S.READY: "Working",
    _S.SUBMITTING: "Working",
    _S.RUNNING: "Working",
    _S.DONE: "Done",
    _S.FAILED: "Failed",
    _S.CANCELLED: "Cancelled",
    _S.EXPIRED: "Expired",
    _S.UNKNOWN: "Unclear",
}
EXPIRED = "This draft was not used in time, so I let it go."


def face(view: TaskView) -> str:
    """Name what a viewer tells apart at a glance; whatever else changes is progress."""
    task = view.task
    if task.state in {_S.READY, _S.SUBMITTING, _S.RUNNING}:
        return f"working:{view.may_cancel}:{task.cancel_requested}:{task.hidden}"
    return f"{task.state}:{task.card_state}:{task.overlay_blob if task.state is _S.DRAFT else ''}"


def state_line(view: TaskView) -> str:
    """Say where the task is."""
    match view.task.state:
        case _S.DRAFT:
            return "Not started yet."
        case _S.QUEUED:
            return _queued(view.progress.queue_place)
        case _S.READY:
            return "Preparing the picture." if view.task.op in PASTED_BACK else "Getting ready."
        case _S.SUBMITTING:
            return f"Handing it to {view.provider_title}."
        case _S.RUNNING:
            return _running(view)
        case _S.DONE:
            return _done(view)
        case _:
            return _ended_without(view.task)


def _queued(place: int | None) -> str:
    if place is None:
        return "Waiting for its turn."
    return "Next in line." if place <= 1 else f"Waiting, number {place} in line."


def _running(view: TaskView) -> str:
    stage = words.plain(view.progress.stage, 60).rstrip(".")
    doing = f": {stage}" if stage else " is working on it"
    return f"{view.provider_title}{doing}."


def _done(view: TaskView) -> str:
    taken = _time_taken(view.task)
    shown = sum(result.state is ResultState.OK for result in view.results)
    if shown == view.task.count or not view.results:
        return f"Done{taken}."
    return f"Done{taken}: {shown} of {view.task.count} pictures. {_missing(view.results)}".rstrip()


def _missing(results: tuple[ResultView, ...]) -> str:
    filtered = sum(result.state is ResultState.FILTERED for result in results)
    failed = sum(result.state is ResultState.FAILED for result in results)
    why = [
        f"{filtered} held back by the provider's safety filter" if filtered else "",
        f"{failed} failed" if failed else "",
    ]
    said = ", ".join(each for each in why if each)
    return f"Of the others: {said}." if said else ""


def _time_taken(task: Task) -> str:
    begun = task.queued_at or task.created_at
    if task.finished_at is None:
        return ""
    return f" in {words.duration((task.finished_at - begun).total_seconds())}"


def _ended_without(task: Task) -> str:
    match task.state:
        case _S.CANCELLED:
            return "Cancelled."
        case _S.EXPIRED:
            return words.plain(task.error_text or EXPIRED, 500, times=True)
        case _S.UNKNOWN:
            return words.plain(task.error_text or AmbiguousSubmit.default, 500, times=True)
        case _:
            return words.plain(task.error_text or ProviderError.default, 500, times=True)


def paid_line(task: Task) -> str:
    """Say whether credits moved; empty while nothing is decided or the state line has said it."""
    if task.state is _S.DRAFT:
        return f"Costs {words.price(task.quoted)}" if task.quoted else "Free"
    if task.state in LIVE:
        return f"{words.price(task.held)} held" if task.held else "Free"
    if task.settled:
        rest = task.quoted - task.settled
        return words.price(task.settled) + (f", {words.price(rest)} given back" if rest > 0 else "")
    if task.state is _S.DONE:
        return "Free" if task.quoted == 0 else "Nothing was charged"
    return "" if "not charged" in (task.error_text or "") else "Nothing was charged."


def payer_line(view: TaskView) -> str:
    """Say whose credits were spent; empty where none were."""
    if view.paid_by is None or not view.task.settled:
        return ""
    match view.paid_by.payer:
        case Payer.POOL:
            return "paid by the server's pool"
        case Payer.SPONSOR:
            return f"paid by {words.mention(view.paid_by.user_id)}, who sponsors this thread"
        case Payer.OWN:
            return f"paid by {words.mention(view.paid_by.user_id)}"


def advice(task: Task) -> str:
    """Say what the member can do now."""
    match task.state:
        case _S.FAILED:
            seeded = "" if task.op is Op.UPSCALE else " with a new seed"
            return f"Again tries once more{seeded}."
        case _S.EXPIRED:
            return f"Use `/{'imagine' if task.op is Op.IMAGINE else 'inpaint'}` to begin anew."
        case _:
            return ""


def waiting_lines(view: TaskView) -> list[str]:
    """Say how far a live task is and whether it can still be taken back."""
    ready_at, percent = view.progress.ready_at, view.progress.percent
    lines = [
        words.bar(percent) if percent is not None else "",
        f"Estimated end: {words.moment(ready_at)}" if ready_at else "",
        _way_back(view),
    ]
    return [line for line in lines if line]


def _way_back(view: TaskView) -> str:
    task = view.task
    if view.may_cancel or task.state not in AT_PROVIDER:
        return ""
    if task.cancel_requested:
        return f"Cancel was asked for; {view.provider_title} may still bring it to an end."
    return f"It is already at {view.provider_title} and cannot be taken back."
