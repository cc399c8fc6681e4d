"""A provider's picture pasted back: outside the mask every decoded pixel stays the original's."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

from PIL import Image, ImageChops

from bot.domain import Fit
from bot.errors import BadAnswer, PictureLost
from bot.imaging.fit import fitted_mask
from bot.imaging.ladder import encode_first_rung
from bot.imaging.masks import load_mask
from bot.imaging.match import match_colors
from bot.imaging.morphology import Box, padded, soften
from bot.imaging.overlay import flatten
from bot.imaging.store import read_stored, save_lossless, stored_bytes

RING_PX = 24
# Below this a difference is the provider's JPEG, not its brush.
TOLERANCE = 24
MEASURED_SIDE_MAX_PX = 1024
REDUCING_GAP = 2.0
SHAPE_TOLERANCE = 0.05
BLANK_TOLERANCE = 8


@dataclass(frozen=True, slots=True)
class Composed:
    """A stored result; `outside_changed` (0..1) is what the provider changed beside the mask.

    `copy` is there for a result that is too large to post.
    """

    path: Path
    outside_changed: float
    width_px: int
    height_px: int
    copy: Path | None = None


def compose(
    picture: Path,
    mask: Path,
    feather_px: int,
    result: Path,
    fit: Fit,
    match: bool,
    out: Path,
    copy_over_bytes: int | None = None,
) -> Composed:
    """Paste a result back at the original's full size; `out` gets the suffix of its format.

    Raises PictureLost, or BadAnswer for a result of another shape.
    """
    original = read_stored(picture)
    marks = load_mask(mask, original.size)
    answer = flatten(read_stored(result))
    _check_shape(answer, fit)
    box = marks.getbbox()
    if box is None:
        raise PictureLost(log=f"{mask}: the mask is empty")
    changed = measure(original, marks, answer, fit)
    around = padded(box, RING_PX, original.size)
    area = _within(around, fit.crop)
    patch = _back_to_size(answer, fit, area)
    if match:
        patch = match_colors(patch, flatten(original.crop(area)), marks.crop(area), RING_PX)
    weights = soften(marks.crop(around), feather_px).crop(_relative(area, around))
    _paste(original, patch, weights, area)
    return _kept(original, changed, out, copy_over_bytes)


def keep_whole(result: Path, out: Path, copy_over_bytes: int | None = None) -> Composed:
    """Store a result that stands for itself, such as an imagined or enlarged picture."""
    return _kept(read_stored(result), 0.0, out, copy_over_bytes)


def is_blank(result: Path) -> bool:
    """All of it is one color, but for what a JPEG adds."""
    bands = flatten(read_stored(result)).getextrema()
    return all(high - low <= BLANK_TOLERANCE for low, high in cast("list[tuple[int, int]]", bands))


def measure(original: Image.Image, marks: Image.Image, answer: Image.Image, fit: Fit) -> float:
    """The part of the fitted crop outside the mask that the provider changed visibly."""
    factor = max(1, -(-max(fit.width_px, fit.height_px) // MEASURED_SIDE_MAX_PX))
    size = (-(-fit.width_px // factor), -(-fit.height_px // factor))
    sent, got = (
        _shrunk(image, (fit.width_px, fit.height_px), factor, size)
        for image in (flatten(original.crop(fit.crop)), answer)
    )
    red, green, blue = ImageChops.difference(sent, got).split()
    largest = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    outside = ImageChops.invert(
        fitted_mask(marks, replace(fit, width_px=size[0], height_px=size[1]))
    )
    histogram = largest.histogram(outside)
    return sum(histogram[TOLERANCE + 1 :]) / max(1, sum(histogram))


def _shrunk(
    image: Image.Image, fitted: tuple[int, int], factor: int, size: tuple[int, int]
) -> Image.Image:
    """Large pictures are compared at a smaller size: a brush shows there too, for less.

    Averaging whole pixels is many times faster than a resampling.
    """
    if image.size == fitted:
        return image if factor == 1 else image.reduce(factor)
    return image.resize(size, reducing_gap=REDUCING_GAP)


def _kept(picture: Image.Image, changed: float, out: Path, copy_over_bytes: int | None) -> Composed:
    """On disk, with a smaller copy while the pixels are at hand: reading them again costs more."""
    path, copy = save_lossless(picture, out), None
    if copy_over_bytes is not None and stored_bytes(path) > copy_over_bytes:
        copy = encode_first_rung(picture, out.with_name(f"{out.name}-copy"))
    return Composed(path, changed, picture.width, picture.height, copy)


def _back_to_size(answer: Image.Image, fit: Fit, area: Box) -> Image.Image:
    """The area (in picture pixels) of an answer that shows the crop."""
    left, top, right, bottom = fit.crop
    across, down = answer.width / (right - left), answer.height / (bottom - top)
    if across == down == 1:
        return answer.crop(_relative(area, fit.crop))
    source = (
        (area[0] - left) * across,
        (area[1] - top) * down,
        min(answer.width, (area[2] - left) * across),
        min(answer.height, (area[3] - top) * down),
    )
    size = (area[2] - area[0], area[3] - area[1])
    return answer.resize(size, Image.Resampling.LANCZOS, box=source)


def _paste(original: Image.Image, patch: Image.Image, weights: Image.Image, area: Box) -> None:
    if original.mode == "RGB":
        original.paste(patch, area[:2], weights)
        return
    # Laid over as a layer, so that colors hidden under transparency do not shine through.
    patch.putalpha(weights)
    original.paste(Image.alpha_composite(original.crop(area), patch), area[:2])


def _within(area: Box, crop: Box) -> Box:
    return (
        max(area[0], crop[0]),
        max(area[1], crop[1]),
        min(area[2], crop[2]),
        min(area[3], crop[3]),
    )


def _relative(area: Box, to: Box) -> Box:
    return area[0] - to[0], area[1] - to[1], area[2] - to[0], area[3] - to[1]


def _check_shape(answer: Image.Image, fit: Fit) -> None:
    across, down = answer.width * fit.height_px, answer.height * fit.width_px
    # Two pixels of rounding on either side are no other shape.
    rounding = 2 * max(fit.width_px, fit.height_px, answer.width, answer.height)
    if abs(across - down) > max(SHAPE_TOLERANCE * max(across, down), rounding):
        log = f"asked for {fit.width_px}x{fit.height_px}, got {answer.width}x{answer.height}"
        raise BadAnswer("The provider sent a picture of another shape.", log=log)
