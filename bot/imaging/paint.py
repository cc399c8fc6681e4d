"""Which pixels of a copy are painted over, and with what; arrays as in `register`.

A paint is a line from what is expected to what is seen: seen = opacity * color + (1 - opacity) *
expected. Each pixel is asked how far it has gone on that line, which noise, sharpening and tone
hardly move, because they go in other directions.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bot.imaging.labels import label
from bot.imaging.register import Floats, luminance, mixed

Bools = NDArray[np.bool_]

LIGHT_WEIGHT = 0.6
SEED_MIN = 14.0
SEED_SHARE_MIN = 0.0004
NOISE_MIN = 1.2
HALF = 0.5
SURE = 2.0
FAR_MAX = 4.0
BESIDE = 0.4
EDGE_PX = 4
INNER_MIN, SEEDS_MAX = 50, 20_000
SLOPE_MAX, CONCENTRATE = 0.9, 0.6
PAINTS_MAX = 3
# Highlighters have 0.35 and more; what filters leave has 0.2 at most.
OPACITY_MIN, OPAQUE_FROM, SHEER_SHARE_MIN = 0.25, 0.8, 0.003
PART_SHARE_MIN, PART_OF_LARGEST_MIN = 0.0004, 0.02
_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
)
_WHITE = np.array([0.9505, 1.0, 1.089], np.float32)
_LINEAR = (
    np.where(
        np.arange(256) / 255 <= 0.04045,
        np.arange(256) / 255 / 12.92,
        ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4,
    )
).astype(np.float32)
_ROOTS = np.cbrt(np.arange(4097, dtype=np.float32) / 4096)


@dataclass(frozen=True, slots=True)
class Look:
    """How far a mean of the change must be from nothing; a wider mean has less noise."""

    reach_px: int
    least: float
    sigmas: float


FIRST_LOOK, SECOND_LOOK = Look(1, SEED_MIN, 6.0), Look(3, 4.0, 1.5)


@dataclass(frozen=True, slots=True)
class Paint:
    """One paint: its color (Lab, lightness weighted), opacity, and its color as RGB."""

    opacity: float
    color: Floats
    rgb: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """The painted pixels, those that nothing can be said of, and the paints as they were found.

    `alike` is the part (0..1) of the picture that has the first paint's color by itself.
    """

    painted: Bools
    unsure: Bools
    paints: tuple[Paint, ...]
    alike: float = 0.0


def to_lab(picture: Floats) -> Floats:
    """Lab with the lightness at 0.6, so that distances are as far as one sees them."""
    linear = _LINEAR[np.clip(picture + 0.5, 0, 255).astype(np.uint8)]
    xyz = mixed(linear, _TO_XYZ.T) / _WHITE
    root = _ROOTS[np.clip(xyz * 4096 + 0.5, 0, 4096).astype(np.uint16)]
    low = xyz < 0.008856
    root[low] = 7.787 * xyz[low] + 16 / 116
    x, y, z = root[..., 0], root[..., 1], root[..., 2]
    lab = np.stack([LIGHT_WEIGHT * (116 * y - 16), 500 * (x - y), 200 * (y - z)], -1)
    return lab.astype(np.float32)


def mean_around(plane: Floats, reach_px: int) -> Floats:
    """The mean of the square reaching so far to each side; beyond the edge it goes on."""
    for axis in (0, 1):
        around = [(reach_px, reach_px) if n == axis else (0, 0) for n in (0, 1)]
        edged, length = np.pad(plane, around, "edge"), plane.shape[axis]
        lines = edged if axis == 0 else edged.T
        total = lines[:length].copy()
        for n in range(1, 2 * reach_px + 1):
            total += lines[n : n + length]
        total /= 2 * reach_px + 1
        plane = total if axis == 0 else total.T
    return plane


def find_paint(expected: Floats, seen: Floats) -> Found:
    """Paint after paint, until what is left is noise."""
    before, after = to_lab(expected), to_lab(seen)
    change = after - before
    noise = _noise(expected, np.linalg.norm(change, axis=2))
    strong = _strong(change, noise, FIRST_LOOK)
    if not _seeds(strong, strong & False).any():
        strong = _strong(change, noise, SECOND_LOOK)
    painted, unsure = np.zeros(noise.shape, np.bool_), np.zeros(noise.shape, np.bool_)
    paints: list[Paint] = []
    for _ in range(PAINTS_MAX):
        seeds = _seeds(strong, painted)
        if not seeds.any():
            break
        paint = _fitted(expected, seen, seeds)
        if not _is_paint(paint, float(seeds.mean())):
            break
        marked, open_question = _covered(expected, before, change, noise, paint)
        marked = _holding(marked, seeds)
        if not marked.any():
            break
        unsure = open_question if not paints else unsure
        painted |= marked
        paints.append(paint)
    return Found(painted, unsure & ~painted, tuple(paints), float(unsure.mean()))


def _noise(expected: Floats, distance: Floats) -> Floats:
    """What an unpainted pixel is off by, which is more where the picture has edges."""
    down, across = cast("tuple[Floats, Floats]", np.gradient(luminance(expected)))
    steep = mean_around(np.hypot(down, across), 1)
    bounds = np.quantile(steep[::3, ::3], np.linspace(0, 1, 9))
    middles: list[float] = []
    levels: list[float] = []
    for low, high in pairwise(bounds):
        inside = distance[(steep >= low) & (steep <= high)]
        if inside.size:
            middles.append(float(low + high) / 2)
            levels.append(float(np.quantile(inside, 0.4)))
    return np.maximum(np.interp(steep, middles, levels), NOISE_MIN).astype(np.float32)


def _strong(change: Floats, noise: Floats, look: Look) -> Bools:
    """Changed far beyond the noise."""
    smooth = np.stack([mean_around(change[..., n], look.reach_px) for n in range(3)], -1)
    distance = np.linalg.norm(smooth, axis=2)
    return distance > np.maximum(look.least, look.sigmas * noise)


def _seeds(strong: Bools, painted: Bools) -> Bools:
    """Where to learn a paint from: strong changes in parts that are large enough."""
    rest = strong
    if painted.any():
        rest = strong & ~(mean_around(painted.astype(np.float32), EDGE_PX) > 0)
    core = mean_around(rest.astype(np.float32), 1) > 0.99
    labels, areas = label(rest)
    cored = np.bincount(labels[core], minlength=len(areas)) > 0
    cored &= areas >= max(SEED_SHARE_MIN * rest.size, PART_OF_LARGEST_MIN * areas.max(initial=0))
    return cored[labels] & rest


def _fitted(expected: Floats, seen: Floats, seeds: Bools) -> Paint:
    """The paint that explains most of the seeds."""
    inner = mean_around(seeds.astype(np.float32), 1) > 0.99
    if inner.sum() < INNER_MIN:
        inner = seeds
    step = max(1, int(inner.sum()) // SEEDS_MAX)
    before, after = expected[inner][::step], seen[inner][::step]
    bins = (after / 16).astype(np.int64) @ np.array([256, 16, 1])
    common = np.bincount(bins).argmax()
    opaque = np.median(after[bins == common], axis=0)
    trials = [
        _concentrated(before, after, np.float32(0), opaque),
        _concentrated(before, after, *_regressed(before, after)),
    ]
    slope, start, _ = min(trials, key=lambda trial: trial[2])
    color = np.clip(start / max(1e-3, 1 - slope), 0, 255)
    rgb = tuple(round(float(value)) for value in color)
    return Paint(1 - float(slope), start.astype(np.float32), cast("tuple[int, int, int]", rgb))


def _is_paint(paint: Paint, part: float) -> bool:
    """Not what a filter or the scaling did: that shines through more, or is a few spots."""
    if paint.opacity >= OPAQUE_FROM:
        return True
    return paint.opacity >= OPACITY_MIN and part >= SHEER_SHARE_MIN


def _regressed(before: Floats, after: Floats) -> tuple[np.float32, Floats]:
    """One slope for all three channels, and a start for each."""
    x, y = before - before.mean(0), after - after.mean(0)
    slope = (x * y).sum() / max(1.0, float((x * x).sum()))
    slope = np.float32(np.clip(slope, 0, SLOPE_MAX))
    return slope, after.mean(0) - slope * before.mean(0)


def _concentrated(
    before: Floats, after: Floats, slope: np.float32, start: Floats
) -> tuple[np.float32, Floats, float]:
    count = max(1, int(CONCENTRATE * len(before)))
    error = 0.0
    for _ in range(6):
        misses = np.abs(slope * before + start - after).sum(1)
        chosen = np.argpartition(misses, count - 1)[:count]
        error = float(misses[chosen].mean())
        slope, start = _regressed(before[chosen], after[chosen])
    return slope, start, error


def _covered(
    expected: Floats, before: Floats, change: Floats, noise: Floats, paint: Paint
) -> tuple[Bools, Bools]:
    """More than half way to the paint; and where the way is too short to tell."""
    goal = to_lab(np.clip((1 - paint.opacity) * expected + paint.color, 0, 255)) - before
    dot, length = (change * goal).sum(2), (goal * goal).sum(2)
    marked = np.zeros(noise.shape, np.bool_)
    unsure = ~marked
    for reach_px, gain in ((1, 1.0), (3, 2.0)):
        way = mean_around(length, reach_px)
        gone = mean_around(dot, reach_px) / np.maximum(way, 1e-3)
        tells = gain * np.sqrt(way) > SURE * noise
        marked |= unsure & tells & (gone > HALF) & (gone < FAR_MAX)
        if reach_px == 1:
            beside = np.linalg.norm(change - gone[..., None] * goal, axis=2)
            beside = mean_around(beside, 1)
            marked &= beside < np.maximum(np.maximum(SEED_MIN, 4 * noise), BESIDE * np.sqrt(way))
        unsure &= ~tells
    return marked, unsure


def _holding(marked: Bools, seeds: Bools) -> Bools:
    """The parts that hold a seed, without crumbs."""
    labels, areas = label(marked)
    holds = np.bincount(labels[seeds], minlength=len(areas)) > 0
    holds[0] = False
    least = max(PART_SHARE_MIN * marked.size, PART_OF_LARGEST_MIN * (areas * holds).max(initial=0))
    return (holds & (areas >= least))[labels]
