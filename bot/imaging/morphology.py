"""Masks made larger, smaller and soft, at a cost that does not depend on how much.

A mask here is a picture of mode L holding 0 and 255. (ImageFilter.MaxFilter's cost grows with
the square of its size: a member could stop the bot with it.)
"""

from collections.abc import Iterator

from PIL import Image, ImageChops, ImageFilter

Box = tuple[int, int, int, int]
# A wider box would round a single white pixel away.
STEP_MAX_PX = 200
KEPT_WEIGHT_MIN = 0.5


def threshold(image: Image.Image, at: int) -> Image.Image:
    """255 where the value is at least `at`, else 0."""
    return image.point([0] * at + [255] * (256 - at))


def share(mask: Image.Image) -> float:
    """The part (0..1) of the pixels that is not black."""
    return 1 - mask.histogram()[0] / (mask.width * mask.height)


def padded(box: Box, by_px: int, size: tuple[int, int]) -> Box:
    """The box made larger on all sides, as far as the picture goes."""
    left, top, right, bottom = box
    return (
        max(0, left - by_px),
        max(0, top - by_px),
        min(size[0], right + by_px),
        min(size[1], bottom + by_px),
    )


def grow(mask: Image.Image, by_px: int) -> Image.Image:
    """Every white pixel becomes a square reaching `by_px` to each side."""
    box = mask.getbbox()
    if box is None or by_px <= 0:
        return mask.copy()
    work = padded(box, by_px, mask.size)
    grown = mask.copy()
    grown.paste(_dilate(mask.crop(work), by_px), work[:2])
    return grown


def shrink(mask: Image.Image, by_px: int) -> Image.Image:
    """The opposite of `grow`; the picture's own border does not eat into the mask."""
    return ImageChops.invert(_dilate(ImageChops.invert(mask), by_px))


def soften(mask: Image.Image, by_px: int) -> Image.Image:
    """Weights rising from 0 at the mask's edge to 255 `by_px` inside; never above 0 outside it.

    For a mask too thin for that, the soft edge is halved until the mask keeps half of its weight.
    """
    while by_px > 0:
        weights = _ramp(mask, by_px)
        if _kept_weight(mask, weights) >= KEPT_WEIGHT_MIN:
            return weights
        by_px //= 2
    return mask.copy()


def _ramp(mask: Image.Image, width_px: int) -> Image.Image:
    # The blur reaches exactly as far as the mask was shrunk before.
    reach_px = (width_px + 1) // 2
    return shrink(mask, reach_px).filter(ImageFilter.BoxBlur(reach_px))


def _kept_weight(mask: Image.Image, weights: Image.Image) -> float:
    total = sum(value * count for value, count in enumerate(weights.histogram()))
    return total / max(1, 255 * mask.histogram()[255])


def _dilate(mask: Image.Image, by_px: int) -> Image.Image:
    for step_px in _steps(by_px):
        # One direction at a time keeps a lone pixel above zero, so the result is exact.
        for radius in ((step_px, 0), (0, step_px)):
            mask = threshold(mask.filter(ImageFilter.BoxBlur(radius)), 1)
    return mask


def _steps(by_px: int) -> Iterator[int]:
    while by_px > 0:
        yield min(by_px, STEP_MAX_PX)
        by_px -= STEP_MAX_PX
