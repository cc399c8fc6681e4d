"""A picture and a copy of it that somebody painted on, compared: what was painted over."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from bot.errors import BadMask
from bot.imaging.levels import INSIDE, INSIDE_OFF, PAINTED, Levels
from bot.imaging.morphology import share, threshold
from bot.imaging.paint import Found, find_paint
from bot.imaging.register import Laid, agreement, lay_over, pixels
from bot.imaging.shapes import Bools, Shape, understand

WORK_PX, GLANCE_PX = 768, 384
SHAPE_TOLERANCE = 0.12
# Copies reach 0.97, other pictures 0.3; a copy that is half painted over loses little.
SAME_FROM = 0.7
# In less there is nothing to compare.
SIDE_MIN_PX = 16
CHANGED_MAX, LIKE_PAINT_MAX = 0.85, 0.05

OTHER = (
    "That is neither a mask nor a copy of this picture. Paint over a copy of the picture itself, "
    "or send a mask: white is what to change, black what to keep."
)
TURNED = (
    "That is a copy of the picture, but mirrored or turned. "
    "Paint over the picture as it is, and send that."
)
CUT = (
    "That looks like a painted copy of which much was cut off: it is {}, the picture is {}. "
    "Please send the whole picture."
)
UNPAINTED = (
    "That is the picture itself, and I see no paint on it. "
    "Paint over what should change in a bright color, fill it in, and send that."
)
ALL_CHANGED = "Almost everything in that copy differs from the picture."
LIKE_PAINT = (
    "A lot of the picture has the color of your paint ({}), where I cannot see it. "
    "Look whether the tinted part is right; another color would be safer."
)
SEVERAL = "I found {} colors of paint and took them all."
AS_OUTLINE = "Your lines go around something, so I took what is inside them too."
NAMES: dict[str, tuple[int, int, int]] = {
    "black": (0, 0, 0), "white": (255, 255, 255), "gray": (128, 128, 128), "red": (230, 30, 30),
    "orange": (255, 140, 0), "yellow": (255, 230, 0), "green": (40, 200, 60), "blue": (0, 90, 255),
    "light blue": (0, 210, 240), "violet": (140, 40, 240), "pink": (255, 60, 180),
    "brown": (120, 70, 30),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Painted:
    """`levels` (see `Levels`, of the picture's size), notes, and a doubt that asks first."""

    levels: Image.Image
    outline: bool
    notes: tuple[str, ...] = ()
    doubt: str = ""


def is_copy(original: Image.Image, sheet: Image.Image) -> bool:
    """A glance: `sheet` shows `original`, however it was painted, scaled or toned (both RGB)."""
    if not _is_comparable(original, sheet):
        return False
    return lay_over(original, _small(sheet, GLANCE_PX)).agreement >= SAME_FROM


def read_painted(original: Image.Image, sheet: Image.Image) -> Painted:
    """What was painted over on `sheet`, a copy of `original` (both RGB).

    Raises BadMask where it is no copy, or nothing is painted.
    """
    if not _is_comparable(original, sheet):
        raise why_no_copy(original, sheet)
    laid = lay_over(original, _small(sheet, WORK_PX))
    if laid.agreement < SAME_FROM:
        raise why_no_copy(original, sheet)
    found = find_paint(laid.expected, laid.copy)
    if not found.painted.any():
        raise BadMask(UNPAINTED)
    shape = understand(found.painted, found.unsure)
    levels = _levels(shape, laid, original.size)
    several = (SEVERAL.format(len(found.paints)),) if len(found.paints) > 1 else ()
    return Painted(
        levels, shape.outline, several, _doubt(found, shape, share(Levels(levels).marked))
    )


def why_no_copy(original: Image.Image, sheet: Image.Image) -> BadMask:
    """The sentence for a sheet that shows something else, or the picture in another way."""
    small = _small(sheet, GLANCE_PX)
    for turn in Image.Transpose:
        turned = small.transpose(turn)
        if not _is_comparable(original, turned):
            continue
        seen = pixels(original.resize(turned.size, Image.Resampling.BICUBIC, reducing_gap=2.0))
        if agreement(seen, pixels(turned)) >= SAME_FROM:
            return BadMask(TURNED)
    if not _is_alike_in_shape(original.size, sheet.size, 0.03):
        return BadMask(CUT.format(_by(sheet.size), _by(original.size)))
    return BadMask(OTHER)


def _is_comparable(original: Image.Image, sheet: Image.Image) -> bool:
    enough = min(*original.size, *sheet.size) >= SIDE_MIN_PX
    return enough and _is_alike_in_shape(original.size, sheet.size)


def _small(image: Image.Image, side_px: int) -> Image.Image:
    scale = side_px / max(image.size)
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _is_alike_in_shape(
    a: tuple[int, int], b: tuple[int, int], tolerance: float = SHAPE_TOLERANCE
) -> bool:
    across, down = a[0] * b[1], a[1] * b[0]
    return abs(across - down) <= tolerance * max(across, down)


def _levels(shape: Shape, laid: Laid, size: tuple[int, int]) -> Image.Image:
    left, top, right, bottom = (round(edge) for edge in laid.box)
    part = max(1, right - left), max(1, bottom - top)
    levels = Image.new("L", size)
    reach = shape.painted | shape.within
    where = (left, top, left + part[0], top + part[1])
    levels.paste(INSIDE if shape.outline else INSIDE_OFF, where, _enlarged(reach, part))
    levels.paste(PAINTED, where, _enlarged(shape.painted, part))
    return levels


def _enlarged(mask: Bools, size: tuple[int, int]) -> Image.Image:
    image = Image.fromarray(mask.astype(np.uint8) * 255)
    return threshold(image.resize(size, Image.Resampling.BILINEAR), 128)


def _doubt(found: Found, shape: Shape, covered: float) -> str:
    if covered > CHANGED_MAX:
        return ALL_CHANGED
    if found.alike <= LIKE_PAINT_MAX:
        return AS_OUTLINE if shape.outline else ""
    return LIKE_PAINT.format(color_name(found.paints[0].rgb))


def color_name(rgb: tuple[int, int, int]) -> str:
    """The nearest of a dozen plain names."""

    def far(name: str) -> int:
        return sum((a - b) ** 2 for a, b in zip(NAMES[name], rgb, strict=True))

    return min(NAMES, key=far)


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
