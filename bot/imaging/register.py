"""A changed copy of a picture laid over the picture: which part of it is seen, in which tone.

Arrays are float32; a picture is (height, width, 3) with values 0..255, `box` is in original pixels.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]
Edges = tuple[float, float, float, float]

TILES, TILE_PX = 6, 128
STRETCHES = np.linspace(-0.06, 0.06, 61)
MOVED_MIN_PX = 0.3
MISS_PX = 0.8
AGREEING_MIN = 0.4
QUALITY_MIN = 6.0
SAMPLE_STEP = 3
TRUSTED, ROUNDS = 0.6, 5
RIDGE = 0.002


@dataclass(frozen=True, slots=True)
class Laid:
    """The original as the copy would show it without paint, and the copy; both of one size."""

    expected: Floats
    copy: Floats
    box: Edges
    agreement: float


def pixels(image: Image.Image) -> Floats:
    """The values of an RGB picture."""
    return np.asarray(image, np.float32)


def lay_over(original: Image.Image, copy: Image.Image) -> Laid:
    """Find the part of `original` (RGB) that `copy` (RGB, at working size) shows, and its tone."""
    shown = pixels(copy)
    box: Edges = (0.0, 0.0, float(original.width), float(original.height))
    seen = _seen(original, box, copy.size)
    before = agreement(seen, shown)
    for _ in range(2):
        moved = _moved(original.size, box, seen, shown)
        if moved is None:
            break
        trial = _seen(original, moved, copy.size)
        after = agreement(trial, shown)
        if after <= before:
            break
        box, seen, before = moved, trial, after
    return Laid(_toned(seen, shown), shown, box, before)


def agreement(a: Floats, b: Floats) -> float:
    """How alike the textured tiles of two pictures are: the share that correlates well (0..1)."""
    one, two = _tiles(luminance(a), 10), _tiles(luminance(b), 10)
    one -= one.mean((1, 2), keepdims=True)
    two -= two.mean((1, 2), keepdims=True)
    energy = (one**2).sum((1, 2))
    both = np.sqrt(energy * (two**2).sum((1, 2))) + 1e-3
    alike = np.clip((one * two).sum((1, 2)) / both, 0, 1)
    textured = energy >= np.quantile(energy, 0.3)
    return float(np.mean(np.sort(alike[textured])[-max(1, textured.sum() // 2) :]))


def luminance(picture: Floats) -> Floats:
    """The brightness of each pixel."""
    return mixed(picture, np.array([[0.299], [0.587], [0.114]], np.float32))[..., 0]


def mixed(planes: Floats, weights: Floats) -> Floats:
    """The matrix product, without the threads of BLAS: they spin for longer than this takes."""
    return np.einsum("...i,ij->...j", planes, weights)


def _seen(original: Image.Image, box: Edges, size: tuple[int, int]) -> Floats:
    return pixels(original.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0))


def _tiles(plane: Floats, count: int) -> Floats:
    high, wide = max(1, plane.shape[0] // count), max(1, plane.shape[1] // count)
    down, across = plane.shape[0] // high, plane.shape[1] // wide
    cut = plane[: down * high, : across * wide].reshape(down, high, across, wide)
    return cast("Floats", cut.transpose(0, 2, 1, 3).reshape(-1, high, wide).copy())


def _moved(size: tuple[int, int], box: Edges, seen: Floats, shown: Floats) -> Edges | None:
    """The box put right by what the tiles say; None where they say that it is right."""
    middles, shifts = _shifts(_edges(seen), _edges(shown))
    if len(shifts) < 6:
        return None
    high, wide = shown.shape[:2]
    across = _line(middles[:, 0], shifts[:, 0])
    down = _line(middles[:, 1], shifts[:, 1])
    if across is None or down is None:
        return None
    reach = [abs(line[0] * at + line[1]) for line, ends in ((across, wide), (down, high))
             for at in (0, ends)]  # fmt: skip
    if max(reach) < MOVED_MIN_PX:
        return None
    left, right = _span(box[0], box[2], across, wide, size[0])
    top, bottom = _span(box[1], box[3], down, high, size[1])
    return left, top, right, bottom


def _span(
    first: float, last: float, line: tuple[float, float], length: int, most: int
) -> tuple[float, float]:
    unit = (last - first) / length
    begin, end = line[1], length * (1 + line[0]) + line[1]
    return max(0.0, first + begin * unit), min(float(most), first + end * unit)


def _edges(picture: Floats) -> Floats:
    """The strength of edges, cut off so that paint does not outshout the picture."""
    plane = luminance(picture)
    down, across = cast("tuple[Floats, Floats]", np.gradient(plane))
    strength = np.hypot(down, across)
    return np.minimum(strength, np.float32(np.quantile(strength[::4, ::4], 0.9)))


def _shifts(a: Floats, b: Floats) -> tuple[Floats, Floats]:
    """For tiles that can tell: middles (x, y) and how far right and down `a` shows the same."""
    high, wide = a.shape
    side = min(TILE_PX, high // 2, wide // 2)
    if side < 16:
        return np.empty((0, 2), np.float32), np.empty((0, 2), np.float32)
    corners = [
        (round(x * (wide - side) / (TILES - 1)), round(y * (high - side) / (TILES - 1)))
        for y in range(TILES)
        for x in range(TILES)
    ]
    window = np.outer(np.hanning(side), np.hanning(side)).astype(np.float32)
    one, two = (
        np.fft.rfft2(
            np.stack([_centered(plane[y : y + side, x : x + side]) for x, y in corners]) * window
        )
        for plane in (a, b)
    )
    cross = one * np.conj(two)
    cross /= np.abs(cross) + 1e-6
    peaks = np.fft.irfft2(cross, s=(side, side))
    found = [_peak(plane) for plane in peaks]
    good = np.array([quality >= QUALITY_MIN for _, _, quality in found])
    middles = (np.array(corners, np.float32) + side / 2)[good]
    shifts = np.array([(x, y) for x, y, _ in found], np.float32)[good]
    return middles, shifts


def _centered(tile: Floats) -> Floats:
    return tile - tile.mean()


def _peak(plane: NDArray[np.float64]) -> tuple[float, float, float]:
    """Where a correlation is largest, to a part of a pixel, and how much it stands out."""
    side = plane.shape[0]
    y, x = divmod(int(plane.argmax()), side)
    top = float(plane[y, x])

    def between(before: float, after: float) -> float:
        bend = before - 2 * top + after
        return 0.0 if bend >= 0 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))

    dx = between(float(plane[y, x - 1]), float(plane[y, (x + 1) % side]))
    dy = between(float(plane[y - 1, x]), float(plane[(y + 1) % side, x]))
    signed = [value - side if value > side / 2 else value for value in (x + dx, y + dy)]
    return signed[0], signed[1], top / (float(plane.std()) + 1e-9)


def _line(at: Floats, shift: Floats) -> tuple[float, float] | None:
    """Slope and start of the line that most of the points lie on; None without agreement."""
    starts = shift[None, :] - STRETCHES[:, None] * at[None, :]
    # Each point's own start is tried, so that a few wrong ones have no say.
    misses = np.abs(starts[:, None, :] - starts[:, :, None])
    votes = (misses < MISS_PX).sum(2) - np.abs(STRETCHES)[:, None] * 4
    best, point = np.unravel_index(int(votes.argmax()), votes.shape)
    agree = misses[best, point] < MISS_PX
    if agree.sum() < max(4, AGREEING_MIN * len(at)):
        return None
    if np.ptp(at[agree]) < 1:
        return 0.0, float(np.median(shift[agree]))
    slope, start = np.polyfit(at[agree], shift[agree], 1)
    return float(slope), float(start)


def _toned(seen: Floats, shown: Floats) -> Floats:
    """`seen` in the tone that the unpainted majority of `shown` has."""
    sample = slice(None, None, SAMPLE_STEP)
    terms = _terms(seen[sample, sample].reshape(-1, 3))
    target = shown[sample, sample].reshape(-1, 3)
    trials = [_robust(terms, target, start) for start in (_identity(), None)]
    weights = min(trials, key=lambda trial: trial[1])[0]
    flat = mixed(_terms(seen.reshape(-1, 3)), weights)
    return np.clip(flat * 255, 0, 255).reshape(seen.shape).astype(np.float32)


def _terms(colors: Floats) -> Floats:
    unit: Floats = (colors / 255).astype(np.float32)
    return np.concatenate([unit, unit**2, np.ones((len(unit), 1), np.float32)], 1)


def _identity() -> Floats:
    return np.eye(7, 3, dtype=np.float32)


def _robust(terms: Floats, target: Floats, start: Floats | None) -> tuple[Floats, float]:
    """Least squares over the part that fits best, again and again."""
    goal = (target / 255).astype(np.float32)
    weights = _solved(terms, goal) if start is None else start
    count = int(TRUSTED * len(goal))
    error = np.inf
    for _ in range(ROUNDS):
        misses = np.abs(mixed(terms, weights) - goal).sum(1)
        chosen = np.argpartition(misses, count)[:count]
        error = float(misses[chosen].mean())
        weights = _solved(terms[chosen], goal[chosen])
    return weights, error


def _solved(terms: Floats, goal: Floats) -> Floats:
    """Held a little to no change, for pictures without color or with hardly any tones."""
    pull = RIDGE * len(goal) * np.eye(7, dtype=np.float32)
    found = np.linalg.solve(terms.T @ terms + pull, terms.T @ goal + pull @ _identity())
    return found.astype(np.float32)
