"""Where a request's picture comes from: a file just sent, or a result of an earlier task."""

from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import Blob
from bot.domain import TAKEN_AWAY, EditRequest, Op, Result, Task, TaskState
from bot.errors import BadParent, BadPicture
from bot.services import reading
from bot.services.blobs import Blobs
from bot.services.places import named_task

NEITHER = "Attach a picture as `image`, or pick an earlier edit as `parent`."
BOTH = "Give either `image` or `parent`, not both: `parent` already brings its picture."
RESULT_OF_NOTHING = (
    "`result` says which picture of a `parent` to go on from, so it does not go with `image`. "
    "Leave one of the two out."
)
NO_PICTURE = "That edit brought no picture to go on from. Pick another one."
REPORTED = (
    "That edit was reported, so nobody can repeat it or go on from it until a moderator has "
    "looked at it."
)
NO_MASK_THERE = "That edit has no mask to take: it had none, or its pictures were let go."


@dataclass(frozen=True, slots=True)
class Made:
    """Who made an earlier result and by what, and what its provider calls it."""

    provider: str
    op: Op
    remote_id: str | None
    remote_index: int | None


@dataclass(frozen=True, slots=True)
class Source:
    """`upload` or `stored`, or neither where words are enough.

    `mask` is what the edit of a stored one had marked, or another edit whose mask is asked for.
    """

    upload: Path | None = None
    stored: Path | None = None
    stored_blob: str | None = None
    mask: Path | None = None
    parent: Task | None = None
    result_n: int | None = None
    made: Made | None = None

    @property
    def parent_id(self) -> str | None:
        """The earlier task's id, as its row spells it."""
        return self.parent.id if self.parent else None


async def find_source(session: AsyncSession, request: EditRequest, blobs: Blobs) -> Source:
    """The picture to go on from; raises BadPicture or BadParent."""
    if request.op is Op.IMAGINE:
        return Source()
    if request.picture and request.parent_task_id:
        raise BadParent(BOTH)
    if request.picture and request.parent_result_n is not None:
        raise BadParent(RESULT_OF_NOTHING)
    if not request.picture and not request.parent_task_id:
        raise BadPicture(NEITHER)
    mask = await _named_mask(session, request, blobs)
    if request.picture:
        return Source(upload=request.picture, mask=mask)
    source = await _from_parent(session, request, blobs)
    return replace(source, mask=mask) if mask else source


async def made_by(session: AsyncSession, task_id: str | None, n: int | None) -> Made | None:
    """What is known of an earlier result, whatever became of its picture; None: nothing."""
    task = await reading.task(session, task_id or "")
    result = await reading.result(session, task_id or "", n)
    return _made(task, result) if task and result else None


async def made_for(session: AsyncSession, request: EditRequest) -> Made | None:
    """The earlier result that a request names; None where there is none that its member may use."""
    if not request.parent_task_id:
        return None
    parent = await reading.task(session, request.parent_task_id.strip().lower())
    if parent is None or not _may_use(parent, request):
        return None
    result = await reading.result(session, parent.id, request.parent_result_n or 1)
    return _made(parent, result) if result else None


def _made(task: Task, result: Result) -> Made:
    return Made(task.provider, task.op, result.remote_id, result.remote_index)


async def _from_parent(session: AsyncSession, request: EditRequest, blobs: Blobs) -> Source:
    parent = await reading.task(session, (request.parent_task_id or "").strip().lower())
    if parent is None or not _may_use(parent, request):
        raise BadParent
    if parent.hidden:
        raise BadParent(REPORTED)
    if not parent.state.is_terminal:
        raise BadParent("That edit is not finished yet. Wait for it, then try again.")
    if parent.let_go_at:
        raise BadParent(
            f"The pictures of that edit were let go on {parent.let_go_at:%B %d, %Y}, as all old "
            "ones are. Send the picture again as `image`."
        )
    if parent.state is not TaskState.DONE:
        raise BadParent(NO_PICTURE)
    result, blob = _pick(await reading.results(session, [parent.id]), request.parent_result_n or 1)
    path = blobs.path(blob.id, blob.suffix)
    mask = await reading.blob_paths(session, blobs, parent.mask_core_blob)
    made, core = _made(parent, result), mask[0] if mask else None
    return Source(None, path, blob.id, core, parent, result.n, made)


async def _named_mask(session: AsyncSession, request: EditRequest, blobs: Blobs) -> Path | None:
    """The mask of the task that `where` names; None where it names none."""
    task_id = named_task(request)
    if task_id is None:
        return None
    task = await reading.task(session, task_id)
    if task is None or not _may_use(task, request):
        raise BadParent
    if task.hidden:
        raise BadParent(REPORTED)
    paths = await reading.blob_paths(session, blobs, task.mask_core_blob)
    if not paths:
        raise BadParent(NO_MASK_THERE)
    return paths[0]


def _may_use(parent: Task, request: EditRequest) -> bool:
    viewable = request.may_view is None or parent.channel_id in request.may_view
    shown = not was_deleted(parent) or parent.user_id == request.user_id
    return parent.guild_id == request.guild_id and viewable and shown


def was_deleted(task: Task) -> bool:
    """Its card was taken away on purpose: from then on it is its owner's alone."""
    return task.card_state in TAKEN_AWAY


def _pick(results: list[tuple[Result, Blob | None]], n: int) -> tuple[Result, Blob]:
    for result, blob in results:
        if result.n == n and blob is not None:
            return result, blob
    there = [str(result.n) for result, blob in results if blob is not None]
    if not there:
        raise BadParent(NO_PICTURE)
    raise BadParent(f"That edit has no picture {n}. It has {', '.join(there)}.")
