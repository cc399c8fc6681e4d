"""A draft changed before it goes: its mask turned, larger, softer, of other cells; its words."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.domain import MaskSource, MaskTuning, Task
from bot.errors import BadMask, PictureLost, TaskGone
from bot.services import reading
from bot.services.access import Who
from bot.services.passing import passing_folder
from bot.services.records import from_json

if TYPE_CHECKING:
    from bot.services.intake import IntakeTools

Change = Callable[[MaskTuning, Task], MaskTuning]

STEP_MIN_PX, STEP_PER_SIDE = 4, 100
FEATHER_MAX_PX = 512
NO_CELLS = "Pick at least one cell."
_CELLS = re.compile(r"[A-E][1-5](\.[A-E][1-5])?(, [A-E][1-5](\.[A-E][1-5])?)*")


def turned(old: MaskTuning, _task: Task) -> MaskTuning:
    """The other part changes."""
    return replace(old, invert=not old.invert)


def grown(old: MaskTuning, task: Task) -> MaskTuning:
    """A step larger."""
    return replace(old, grow_px=_grow_px(task) + step_px(task))


def shrunk(old: MaskTuning, task: Task) -> MaskTuning:
    """A step smaller, also than what was marked."""
    return replace(old, grow_px=_grow_px(task) - step_px(task))


def outlined(old: MaskTuning, task: Task) -> MaskTuning:
    """Lines that enclose something mean what they enclose, or only themselves."""
    return replace(old, outline=not task.mask_facts.get("outline"))


def feathered(feather_px: int) -> Change:
    """An edge that is soft over this many pixels."""
    return lambda old, _task: replace(old, feather_px=max(0, min(feather_px, FEATHER_MAX_PX)))


def picked(chosen: list[str], within: str) -> Change:
    """Other cells of the picture, or of one cell; those elsewhere stay. Raises BadMask."""

    def change(old: MaskTuning, task: Task) -> MaskTuning:
        cells = merged(cells_of(task), chosen, within)
        if not cells:
            raise BadMask(NO_CELLS)
        return MaskTuning(False, old.grow_px, old.feather_px, where=", ".join(cells))

    return change


def merged(before: tuple[str, ...], chosen: list[str], within: str) -> list[str]:
    """What is picked in all, once these cells of a level are."""
    if within:
        kept = [each for each in before if each != within and not each.startswith(f"{within}.")]
    else:
        kept = [each for each in before if "." in each and each.split(".")[0] not in chosen]
    return sorted({*kept, *chosen})


def cells_of(task: Task) -> tuple[str, ...]:
    """The cells that a draft's mask is made of; none where it is another."""
    where = str(task.mask_operations.get("where") or "")
    if task.mask_source is not MaskSource.CELLS or not _CELLS.fullmatch(where):
        return ()
    return tuple(where.split(", "))


def step_px(task: Task) -> int:
    """How much one press grows or shrinks."""
    sides = (int(task.picture_facts.get(name) or 0) for name in ("width_px", "height_px"))
    return max(STEP_MIN_PX, max(sides) // STEP_PER_SIDE)


async def redraw(tools: "IntakeTools", task: Task, who: Who, change: Change) -> None:
    """Make a draft's mask anew; raises UserError, and then it is as it was."""
    old = from_json(MaskTuning, task.mask_operations)
    tuning = change(old, task)
    async with tools.db.read() as session:
        await tools.clearing.admit(session, task, who)
        paths = await reading.blob_paths(
            session, tools.blobs, task.picture_blob, task.mask_core_blob
        )
    placed = tuning.where != old.where
    if len(paths) < (1 if placed else 2):
        raise PictureLost
    async with passing_folder(tools.work) as folder:
        looking = tools.looking
        if placed:
            kept = await looking.place(task, paths[0], tuning, folder)
        else:
            kept = await looking.turn(task, paths[0], paths[1], tuning, folder)
    async with tools.db.write() as session:
        await tools.blobs.record(session, *kept.blobs)
        if not await tools.tasks.redraft(session, task, kept.columns):
            raise TaskGone


async def reword(tools: "IntakeTools", task: Task, who: Who, prompt: str) -> None:
    """Give a draft other words; raises UserError, and then it is as it was."""
    async with tools.db.read() as session:
        await tools.clearing.admit(session, replace(task, prompt=prompt), who)
    async with tools.db.write() as session:
        if not await tools.tasks.redraft(session, task, {"prompt": prompt}):
            raise TaskGone


async def draw_cells(tools: "IntakeTools", task: Task, within: str, folder: Path) -> Path:
    """A draft's picture with the cells to pick from."""
    async with tools.db.read() as session:
        paths = await reading.blob_paths(session, tools.blobs, task.picture_blob)
    if not paths:
        raise PictureLost
    return await tools.looking.grid(paths[0], cells_of(task), within, folder)


def _grow_px(task: Task) -> int:
    return int(task.mask_facts.get("grow_px") or 0)
