"""What the picture worker makes of a request's files, and what of it goes into the task's row."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain import EditRequest, MaskFacts, MaskSource, MaskTuning, Op, Origin, Task
from bot.errors import BadMask, PictureLost
from bot.imaging.cells import draw_grid
from bot.imaging.intake import TakenIn, retune, take_in, take_parent
from bot.imaging.page import take_drawn
from bot.providers.base import OpSpec
from bot.services.blobs import Blobs, KeptBlob
from bot.services.percent import part
from bot.services.ports import Pictures
from bot.services.records import from_json, to_json
from bot.services.sources import Source

NO_MASK = (
    "Tell me where to edit: write it as `where` (such as `center 40%` or `top left`), attach as "
    "`mask` a copy of the picture that you painted on, or a mask (white is what to change), send "
    "a picture with that part made transparent, or pick an earlier edit as `parent`."
)

PAINT_IT = (
    "Now say where: press **Paint in browser** and cover what should change, by finger, pen or "
    "mouse, or **Cells** and pick it from a grid. Or send it again with `where` (such as "
    "`center 40%`) or a `mask`."
)
PICK_IT = (
    "Now say where: press **Cells** and pick from a grid what should change. Or send it again "
    "with `where` (such as `center 40%`) or a `mask`."
)
PAINTABLE = frozenset({Op.INPAINT, Op.ERASE})
CHANGED = "Done: the tinted part is what will change now. Press {} if it is right."
TURNED = "Turned around: this is what will change now. Press {} if it is right."


@dataclass(frozen=True, slots=True)
class Kept:
    """Files that are in the blob store, and the columns that name them."""

    columns: dict[str, Any]
    blobs: tuple[KeptBlob, ...]


class Looking:
    """Runs the stages of an intake and keeps their files."""

    def __init__(
        self, pictures: Pictures, blobs: Blobs, pixels_max: int, has_page: bool = False
    ) -> None:
        self._pictures = pictures
        self._blobs = blobs
        self._pixels_max = pixels_max
        self._has_page = has_page

    async def look(self, request: EditRequest, source: Source, op: OpSpec, folder: Path) -> Kept:
        """Decode, find the mask, draw the overlay; nothing is kept of what is refused."""
        taken = await self._taken(request, source, folder)
        facts = taken.mask_facts
        if facts is None:
            return await self._unmarked(request, source, taken)
        doubt = _doubt(facts, request.tuning, op)
        if doubt is None:
            check_coverage(facts, op)
        kept = await self._keep_mask(taken, request.tuning)
        picture = await self._keep_picture(source, taken)
        notes = [*taken.picture_facts.notes, *facts.notes]
        columns = {**kept.columns, **picture.columns, "draft_reason": doubt, "notes": notes}
        return Kept(columns, (*kept.blobs, *picture.blobs))

    async def _unmarked(self, request: EditRequest, source: Source, taken: TakenIn) -> Kept:
        """A draft that waits for its mask: asked for, or where there is a page to paint one on."""
        waits = self._has_page or request.anew
        if not waits or request.op not in PAINTABLE or request.origin is Origin.CLI:
            raise BadMask(NO_MASK)
        picture = await self._keep_picture(source, taken)
        columns = {
            **picture.columns,
            "mask_source": MaskSource.NONE,
            "mask_operations": to_json(request.tuning),
            "draft_reason": PAINT_IT if self._has_page else PICK_IT,
            "notes": [*taken.picture_facts.notes],
        }
        return Kept(columns, picture.blobs)

    async def _keep_picture(self, source: Source, taken: TakenIn) -> Kept:
        facts = taken.picture_facts
        columns = {"picture_facts": to_json(facts)}
        if source.stored_blob and taken.picture == source.stored:
            return Kept({**columns, "picture_blob": source.stored_blob}, ())
        blob = await self._blobs.keep(taken.picture, facts.width_px, facts.height_px)
        return Kept({**columns, "picture_blob": blob.id}, (blob,))

    async def turn(
        self, task: Task, picture: Path, core: Path, tuning: MaskTuning, folder: Path
    ) -> Kept:
        """A draft's mask made anew with another tuning."""
        source = from_json(MaskFacts, task.mask_facts).source
        taken = await self._pictures.short(retune, picture, core, tuning, folder, source)
        return await self._shown_anew(task, taken, tuning)

    async def place(self, task: Task, picture: Path, tuning: MaskTuning, folder: Path) -> Kept:
        """A draft's mask made anew of what `where` says now."""
        taken = await self._pictures.short(
            take_parent, picture, None, None, tuning, folder, self._pixels_max
        )
        return await self._shown_anew(task, taken, tuning)

    async def grid(self, picture: Path, picked: tuple[str, ...], within: str, folder: Path) -> Path:
        """The picture, or one cell of it, with the cells to pick from."""
        return await self._pictures.short(draw_grid, picture, folder / "cells.jpg", picked, within)

    async def _shown_anew(self, task: Task, taken: TakenIn, tuning: MaskTuning) -> Kept:
        kept = await self._keep_mask(taken, tuning)
        was = from_json(MaskTuning, task.mask_operations)
        said = TURNED if was.invert != tuning.invert and was.where == tuning.where else CHANGED
        press = "who is to do it" if task.offers else "Go"
        return Kept({**kept.columns, "draft_reason": said.format(press)}, kept.blobs)

    async def draw(
        self, picture: Path, document: Path, marked: Path | None, tuning: MaskTuning, folder: Path
    ) -> Kept:
        """The mask that the painting page's operations make, drawn on what was marked before."""
        taken = await self._pictures.short(take_drawn, picture, document, marked, tuning, folder)
        return await self._keep_mask(taken, tuning)

    async def _taken(self, request: EditRequest, source: Source, folder: Path) -> TakenIn:
        if source.stored:
            return await self._pictures.short(
                take_parent,
                source.stored,
                request.mask,
                None if request.anew else source.mask,
                request.tuning,
                folder,
                self._pixels_max,
            )
        if source.upload is None:
            raise PictureLost
        return await self._pictures.short(
            take_in,
            source.upload,
            request.mask,
            request.tuning,
            folder,
            self._pixels_max,
            source.mask,
        )

    async def _keep_mask(self, taken: TakenIn, tuning: MaskTuning) -> Kept:
        if (
            taken.mask is None
            or taken.mask_core is None
            or taken.overlay is None
            or taken.mask_facts is None
        ):
            raise BadMask(NO_MASK)
        size = (taken.picture_facts.width_px, taken.picture_facts.height_px)
        mask, core, overlay = [
            await self._blobs.keep(file, *size)
            for file in (taken.mask, taken.mask_core, taken.overlay)
        ]
        columns = {
            "mask_blob": mask.id,
            "mask_core_blob": core.id,
            "overlay_blob": overlay.id,
            "mask_source": taken.mask_facts.source,
            "mask_facts": to_json(taken.mask_facts),
            "mask_operations": to_json(tuning),
        }
        return Kept(columns, (mask, core, overlay))


def check_coverage(facts: MaskFacts, op: OpSpec) -> None:
    """Raise BadMask when the mask covers more than this operation takes."""
    if facts.coverage > op.coverage_max:
        raise BadMask(
            f"The mask covers {part(facts.coverage)} of the picture. {op.coverage_reason}"
        )


def _doubt(facts: MaskFacts, tuning: MaskTuning, op: OpSpec) -> str | None:
    """Why a draft is shown first, what was understood, and the ways on; None where it is clear."""
    fits, marked = facts.coverage <= op.coverage_max, part(facts.coverage)
    if facts.doubt:
        go = "Press Go if the tinted part is right, or" if fits else "That is too much here:"
        else_send = (
            "paint anew" if facts.source is MaskSource.PAINTED else "send a mask in black and white"
        )
        return (
            f"{facts.doubt} That is {marked} of the picture. {go} press Invert for the other part, "
            f"or Cancel and {else_send}."
        )
    if not facts.looks_inverted or tuning.invert:
        return None
    ways = "Press Invert if you meant the other part"
    ways += ", or Go if this is right." if fits else "."
    return (
        f"The marked part is {marked} of the picture, "
        f"so the mask may be the wrong way round. {ways}"
    )
