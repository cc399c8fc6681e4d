"""Shapes as runs of pixels, exact at each pixel's middle, at a cost that does not blow up.

Pillow's own lines and polygons take their outline along, which on thin strokes is several percent
of what was painted. A browser's canvas covers a pixel by half exactly where its middle is inside.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Canvas = NDArray[np.bool_]

RUNS_MAX = 1_000_000
CELLS_MAX = 4_000_000


@dataclass(frozen=True, slots=True)
class Runs:
    """Pixels `starts` to before `ends` of each of `rows`."""

    rows: Whole
    starts: Whole
    ends: Whole


def stroke_runs(
    points: tuple[float, ...], radius_px: float, size: tuple[int, int]
) -> Iterator[Runs]:
    """All pixels within the radius of a line, in pieces of about a million runs."""
    line = np.asarray(points, np.float64).reshape(-1, 2)
    if len(line) == 1:
        line = np.repeat(line, 2, axis=0)
    firsts, lasts = line[:-1], line[1:]
    ys = np.stack((firsts[:, 1], lasts[:, 1]))
    tops = np.clip(np.ceil(ys.min(0) - radius_px - 0.5), 0, size[1]).astype(np.int64)
    bottoms = np.clip(np.floor(ys.max(0) + radius_px - 0.5) + 1, 0, size[1]).astype(np.int64)
    counts = np.maximum(bottoms - tops, 0)
    for piece in _pieces(counts):
        yield _capsules(firsts[piece], lasts[piece], radius_px, tops[piece], counts[piece], size[0])


def box_runs(sides: tuple[float, float, float, float], size: tuple[int, int]) -> Runs:
    """All pixels whose middle is inside."""
    left, top, right, bottom = (int(np.ceil(side - 0.5)) for side in sides)
    rows = np.arange(max(0, top), min(size[1], bottom), dtype=np.int64)
    return _clipped(rows, np.full(len(rows), left), np.full(len(rows), right), size[0])


def lasso_inside(
    points: tuple[float, ...], size: tuple[int, int]
) -> tuple[slice, slice, Canvas] | None:
    """The part of the picture around a closed line, and which of its pixels are inside."""
    line = np.asarray(points, np.float64).reshape(-1, 2)
    low = np.clip(np.ceil(line.min(0) - 0.5), 0, size).astype(np.int64)
    high = np.clip(np.ceil(line.max(0) - 0.5), 0, size).astype(np.int64)
    if (low >= high).any():
        return None
    inside = np.zeros((high[1] - low[1], high[0] - low[0]), np.bool_)
    _cross(inside, line - low)
    return slice(low[1], high[1]), slice(low[0], high[0]), inside


def fill(canvas: Canvas, pieces: list[Runs], value: bool) -> int:
    """Set all pixels of all runs, each once, however many runs it is in; how many it looked at."""
    rows = np.concatenate([piece.rows for piece in pieces])
    if not len(rows):
        return 0
    starts = np.concatenate([piece.starts for piece in pieces])
    ends = np.concatenate([piece.ends for piece in pieces])
    left, right = int(starts.min()), int(ends.max())
    order = np.argsort(rows, kind="stable")
    rows, starts, ends = rows[order], starts[order] - left, ends[order] - left
    for top, bottom in _bands(int(rows[0]), int(rows[-1]) + 1, right - left):
        here = slice(*np.searchsorted(rows, (top, bottom)))
        steps = np.zeros((bottom - top, right - left + 1), np.int32)
        np.add.at(steps, (rows[here] - top, starts[here]), 1)
        np.add.at(steps, (rows[here] - top, ends[here]), -1)
        inside = np.cumsum(steps, axis=1, dtype=np.int32)[:, :-1] > 0
        canvas[top:bottom, left:right][inside] = value
    return int((rows[-1] - rows[0] + 1) * (right - left))


def _bands(top: int, bottom: int, width: int) -> Iterator[tuple[int, int]]:
    height = max(1, CELLS_MAX // max(1, width))
    return ((at, min(bottom, at + height)) for at in range(top, bottom, height))


def _pieces(counts: Whole) -> Iterator[slice]:
    """Parts of a list whose counts together stay near a million."""
    sums = np.cumsum(counts)
    begin = 0
    while begin < len(counts):
        before = int(sums[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(sums, before + RUNS_MAX, "right")))
        yield slice(begin, end)
        begin = end


def _rows(tops: Whole, counts: Whole) -> tuple[Whole, Whole]:
    """For shapes so many rows high: of each row of each, which shape it is, and where it is."""
    which = np.repeat(np.arange(len(counts)), counts)
    within = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    return which, tops[which] + within


def _capsules(
    firsts: Floats, lasts: Floats, radius: float, tops: Whole, counts: Whole, width: int
) -> Runs:
    """A segment with round ends is convex: one run a row, between an arc or edge on each side."""
    which, rows = _rows(tops, counts)
    low = np.full(len(rows), np.inf)
    high = np.full(len(rows), -np.inf)
    middles: Floats = np.add(rows, 0.5, dtype=np.float64)
    for ends in (firsts, lasts):
        _widen_by_arc(low, high, middles, ends[which], radius)
    along = lasts - firsts
    lengths = np.hypot(along[:, 0], along[:, 1])
    normals = np.stack((-along[:, 1], along[:, 0]), 1) * (
        radius / np.where(lengths > 0, lengths, 1)
    ).reshape(-1, 1)
    for side in (normals, -normals):
        _widen_by_edge(low, high, middles, (firsts + side)[which], (lasts + side)[which])
    starts, ends = np.ceil(low - 0.5), np.floor(high - 0.5) + 1
    there = np.isfinite(low)
    return _clipped(
        rows[there], starts[there].astype(np.int64), ends[there].astype(np.int64), width
    )


def _widen_by_arc(low: Floats, high: Floats, middles: Floats, ends: Floats, radius: float) -> None:
    rest = radius**2 - (middles - ends[:, 1]) ** 2
    half = np.sqrt(np.maximum(rest, 0))
    np.minimum(low, np.where(rest >= 0, ends[:, 0] - half, np.inf), out=low)
    np.maximum(high, np.where(rest >= 0, ends[:, 0] + half, -np.inf), out=high)


def _widen_by_edge(
    low: Floats, high: Floats, middles: Floats, firsts: Floats, lasts: Floats
) -> None:
    down = lasts[:, 1] - firsts[:, 1]
    level = down == 0
    part = (middles - firsts[:, 1]) / np.where(level, 1, down)
    crossed = ~level & (part >= 0) & (part <= 1)
    x = firsts[:, 0] + part * (lasts[:, 0] - firsts[:, 0])
    np.minimum(low, np.where(crossed, x, np.inf), out=low)
    np.maximum(high, np.where(crossed, x, -np.inf), out=high)


def _clipped(rows: Whole, starts: Whole, ends: Whole, width: int) -> Runs:
    starts, ends = np.clip(starts, 0, width), np.clip(ends, 0, width)
    there = starts < ends
    return Runs(rows[there], starts[there], ends[there])


def _cross(inside: Canvas, line: Floats) -> None:
    """Even-odd: a pixel is inside when an odd number of edges crosses its row to the left of it."""
    height, width = inside.shape
    firsts, lasts = line, np.roll(line, -1, axis=0)
    ys = np.stack((firsts[:, 1], lasts[:, 1]))
    tops = np.clip(np.ceil(ys.min(0) - 0.5), 0, height).astype(np.int64)
    bottoms = np.clip(np.ceil(ys.max(0) - 0.5), 0, height).astype(np.int64)
    crossings = np.zeros((height, width + 1), np.bool_)
    counts = bottoms - tops
    for piece in _pieces(counts):
        which, rows = _rows(tops[piece], counts[piece])
        a, b = firsts[piece][which], lasts[piece][which]
        part = (rows + 0.5 - a[:, 1]) / (b[:, 1] - a[:, 1])
        x = a[:, 0] + part * (b[:, 0] - a[:, 0])
        columns = np.clip(np.ceil(x - 0.5), 0, width).astype(np.int64)
        np.logical_xor.at(crossings, (rows, columns), True)
    for top, bottom in _bands(0, height, width):
        np.logical_xor.accumulate(crossings[top:bottom, :-1], axis=1, out=inside[top:bottom])
