"""The part of a picture around its mask, at a size that a provider takes."""

import math
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops

from bot.domain import Fit, SizeRule
from bot.errors import PictureLost
from bot.imaging.masks import load_mask
from bot.imaging.morphology import Box, padded, threshold
from bot.imaging.overlay import flatten
from bot.imaging.recent import recent
from bot.imaging.store import read_stored

CONTEXT, CONTEXT_OF_LARGE, CONTEXT_MIN_PX = 0.5, 0.25, 64
LARGE_FROM = 0.5
# So that 512.0000001 does not become the next multiple.
HAIR = 1e-9
SHRINK, SHRINKS_MAX = 0.98, 500


def fit(
    picture: Path,
    mask: Path,
    rule: SizeRule,
    out_picture: Path,
    out_mask: Path,
    white_edits: bool = True,
    as_alpha: bool = False,
) -> Fit:
    """Write the fitted picture and mask as PNG; raises PictureLost.

    The mask is turned around for a provider whose black edits; `as_alpha` makes what is edited
    transparent in the picture too.
    """
    image = read_stored(picture)
    marks = load_mask(mask, image.size)
    box = marks.getbbox()
    if box is None:
        raise PictureLost(log=f"{mask}: the mask is empty")
    fitted = plan(image.size, box, rule)
    edited, sent = fitted_mask(marks, fitted), fitted_picture(image, fitted)
    recent.keep(picture, image)
    kept = ImageChops.invert(edited)
    if as_alpha:
        sent.putalpha(kept)
    (edited if white_edits else kept).save(out_mask, "PNG")
    sent.save(out_picture, "PNG", compress_level=1)
    return fitted


def fit_whole(picture: Path, mask: Path, out_picture: Path, out_mask: Path) -> Fit:
    """The same without crop or scaling, for a provider that works on its own copy."""
    image = read_stored(picture)
    fitted = Fit((0, 0, *image.size), *image.size)
    fitted_mask(load_mask(mask, image.size), fitted).save(out_mask, "PNG")
    fitted_picture(image, fitted).save(out_picture, "PNG", compress_level=1)
    return fitted


def plan(size: tuple[int, int], box: Box, rule: SizeRule) -> Fit:
    """The crop around `box` and its size for the provider.

    Both sides are scaled alike: where the rule wants more, the crop is made larger inside the
    picture, or a little smaller around the box. Only a picture that has no room for either (below
    the minimum, narrower than the multiple) is stretched.
    """
    bounds = _Bounds.of(rule)
    context = padded(box, _context_px(box, size), size)
    scale = bounds.scale(_extent(context), size)
    fitted = _at_scale(bounds, scale, context, box, size)
    for _ in range(SHRINKS_MAX):
        if fitted.width_px * fitted.height_px <= bounds.pixels_max:
            break
        # Rounding up to the multiple went over the budget.
        scale *= SHRINK
        fitted = _at_scale(bounds, scale, context, box, size)
    return fitted


def fitted_picture(image: Image.Image, fitted: Fit) -> Image.Image:
    """RGB, as the provider gets it."""
    part = flatten(image.crop(fitted.crop))
    size = (fitted.width_px, fitted.height_px)
    return part if part.size == size else part.resize(size, Image.Resampling.LANCZOS)


def fitted_mask(marks: Image.Image, fitted: Fit) -> Image.Image:
    """0 and 255; every pixel that the mask touches is white."""
    size = (fitted.width_px, fitted.height_px)
    return threshold(marks.crop(fitted.crop).resize(size, Image.Resampling.BOX), 1)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """A size rule in whole multiples; `high_px` is infinite where there is no maximum."""

    low_px: int
    high_px: float
    multiple_px: int
    pixels_max: float

    @classmethod
    def of(cls, rule: SizeRule) -> "_Bounds":
        multiple = max(1, rule.multiple_of_px)
        low = max(1, math.ceil(rule.side_min_px / multiple)) * multiple
        high = rule.side_max_px // multiple * multiple if rule.side_max_px else math.inf
        return cls(low, max(low, high), multiple, rule.pixels_max or math.inf)

    def scale(self, crop: tuple[int, int], size: tuple[int, int]) -> float:
        """1 where the rule allows it; above 1 only for a picture below the minimum."""
        most = min(self.high_px / max(crop), math.sqrt(self.pixels_max / (crop[0] * crop[1])))
        return min(max(1.0, self.low_px / min(size)), most)

    def up(self, side_px: float) -> int:
        """The next allowed size."""
        whole = math.ceil(side_px / self.multiple_px - HAIR) * self.multiple_px
        return int(min(max(whole, self.low_px), self.high_px))

    def down(self, side_px: float) -> int:
        """The allowed size before."""
        return math.floor(side_px / self.multiple_px + HAIR) * self.multiple_px


def _at_scale(bounds: _Bounds, scale: float, context: Box, box: Box, size: tuple[int, int]) -> Fit:
    left, right, width = _side(bounds, scale, context[0::2], box[0::2], size[0])
    top, bottom, height = _side(bounds, scale, context[1::2], box[1::2], size[1])
    return Fit((left, top, right, bottom), width, height)


def _side(
    bounds: _Bounds, scale: float, context: tuple[int, ...], box: tuple[int, ...], room_px: int
) -> tuple[int, int, int]:
    """One direction: where the crop begins and ends, and its size for the provider."""
    extent, needed = context[1] - context[0], box[1] - box[0]
    up, down = bounds.up(extent * scale), bounds.down(room_px * scale)
    if up / scale <= room_px + HAIR:
        side, crop = up, round(up / scale)
    elif down >= bounds.low_px and round(down / scale) >= needed:
        side, crop = down, round(down / scale)
    else:
        side, crop = up, room_px
    crop = max(crop, needed, 1)
    middle = (context[0] + context[1] - crop) // 2
    first = max(0, box[1] - crop, min(middle, room_px - crop, box[0]))
    return first, first + crop, side


def _context_px(box: Box, size: tuple[int, int]) -> int:
    longest = max(_extent(box))
    part = CONTEXT_OF_LARGE if longest > LARGE_FROM * max(size) else CONTEXT
    return max(CONTEXT_MIN_PX, round(longest * part))


def _extent(box: Box) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]
