"""The stage that draws the painting page's operations as a mask of the picture."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from bot.domain import MaskSource
from bot.errors import BadMask
from bot.imaging import scanline
from bot.imaging.masks import Core, load_core
from bot.imaging.scanline import RUNS_MAX, Canvas, Runs
from bot.imaging.strokes import (
    TOO_MANY,
    Box,
    Clear,
    Invert,
    Keep,
    Lasso,
    Move,
    Operation,
    Stroke,
    parse,
)

# About 4 s of one core: far more than anybody paints, and nobody else waits for longer.
CELLS_TOUCHED_MAX = 1_500_000_000
RUNS_TOUCHED_MAX = 16_000_000


def core_from_strokes(document: Path, size: tuple[int, int], kept: Path | None) -> Core:
    """What was marked on the page; `kept` is the mask that `Keep` brings. Raises BadMask."""
    operations = parse(document.read_bytes(), size)
    base = load_core(kept, MaskSource.PAGE).image if kept else None
    return Core(draw(operations, size, base), MaskSource.PAGE)


def draw(
    operations: Sequence[Operation], size: tuple[int, int], kept: Image.Image | None = None
) -> Image.Image:
    """Mode L, 255 where the last operation leaves a pixel marked. Raises BadMask."""
    sheet = _Sheet(size, kept)
    for operation in operations:
        sheet.do(operation)
    return sheet.image()


@dataclass(slots=True)
class _Sheet:
    """Marks by pixel; inverting changes a sign and no pixel, and runs wait to be filled at once."""

    size: tuple[int, int]
    kept: Image.Image | None
    marks: Canvas = field(init=False)
    turned: bool = False
    waiting: list[Runs] = field(default_factory=list[Runs])
    pending: int = 0
    value: bool = True
    cells: int = 0
    runs: int = 0

    def __post_init__(self) -> None:
        self.marks = np.zeros((self.size[1], self.size[0]), np.bool_)

    def do(self, operation: Operation) -> None:
        """Take one operation."""
        match operation:
            case Stroke():
                self._take(self._stroke(operation), operation.erases)
            case Box(left, top, right, bottom, erases):
                sides = (left, top, right, bottom)
                self._take(iter([scanline.box_runs(sides, self.size)]), erases)
            case Lasso():
                self._lasso(operation)
            case Move():
                self._move(operation)
            case Keep():
                self._keep()
            case Invert():
                self.turned = not self.turned
            case Clear():
                self.waiting = []
                self.marks[:] = self.turned

    def image(self) -> Image.Image:
        """What is marked now."""
        self._fill()
        return Image.fromarray((self.marks ^ self.turned).astype(np.uint8) * 255)

    def _stroke(self, stroke: Stroke) -> Iterator[Runs]:
        return scanline.stroke_runs(stroke.points, stroke.radius_px, self.size)

    def _take(self, pieces: Iterator[Runs], erases: bool) -> None:
        value = erases == self.turned
        if value != self.value:
            self._fill()
            self.value = value
        for piece in pieces:
            self.waiting.append(piece)
            self.pending += len(piece.rows)
            self._spend(runs=len(piece.rows))
            if self.pending >= RUNS_MAX:
                self._fill()

    def _fill(self) -> None:
        waiting, self.waiting, self.pending = self.waiting, [], 0
        if waiting:
            self._spend(cells=scanline.fill(self.marks, waiting, self.value))

    def _lasso(self, lasso: Lasso) -> None:
        self._fill()
        found = scanline.lasso_inside(lasso.points, self.size)
        if found is None:
            return
        rows, columns, inside = found
        self._spend(cells=inside.size)
        self.marks[rows, columns][inside] = lasso.erases == self.turned

    def _move(self, move: Move) -> None:
        self._fill()
        self._spend(cells=self.marks.size)
        moved = np.full_like(self.marks, self.turned)
        to_rows, from_rows = _shifted(move.down_px, self.size[1])
        to_columns, from_columns = _shifted(move.across_px, self.size[0])
        moved[to_rows, to_columns] = self.marks[from_rows, from_columns]
        self.marks = moved

    def _keep(self) -> None:
        self._fill()
        if self.kept is None:
            return
        self._spend(cells=self.marks.size)
        self.marks[np.asarray(self.kept.convert("L")) >= 128] = not self.turned

    def _spend(self, cells: int = 0, runs: int = 0) -> None:
        self.cells += cells
        self.runs += runs
        if self.cells > CELLS_TOUCHED_MAX or self.runs > RUNS_TOUCHED_MAX:
            raise BadMask(TOO_MANY.format("too much of the picture painted over and over"))


def _shifted(by_px: int, side_px: int) -> tuple[slice, slice]:
    """Where a row or column goes, and where it comes from; both empty when all of it leaves."""
    by_px = max(-side_px, min(side_px, by_px))
    return slice(max(0, by_px), side_px + min(0, by_px)), slice(
        max(0, -by_px), side_px - max(0, by_px)
    )
