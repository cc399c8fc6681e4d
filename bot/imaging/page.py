"""The stages behind the painting page: what it shows, and the mask that comes back from it."""

from math import sqrt
from pathlib import Path

from PIL import Image

from bot.domain import MaskSource, MaskTuning
from bot.errors import PictureLost
from bot.imaging.intake import TakenIn, marked
from bot.imaging.masks import load_core
from bot.imaging.morphology import threshold
from bot.imaging.overlay import flatten
from bot.imaging.store import describe, read_stored

# What a phone's browser holds; one is drawn smaller than it is when the picture has more.
SCREEN_PIXELS_MAX = 4_200_000
# What every browser's canvas takes, and JPEG, too.
SCREEN_SIDE_MAX_PX = 16_384
QUALITY = 88
# A phone's width, so that one can paint before the rest has come over a slow line.
GLANCE_SIDE_MAX_PX = 800
GLANCE_QUALITY = 75


def take_drawn(
    picture: Path, document: Path, kept: Path | None, tuning: MaskTuning, folder: Path
) -> TakenIn:
    """Draw the page's operations as the mask of a stored picture. Raises BadMask or PictureLost."""
    # It brings NumPy, which the bot's own process can do without.
    from bot.imaging.drawn import core_from_strokes

    image = read_stored(picture)
    core = core_from_strokes(document, image.size, kept)
    return marked(TakenIn(picture, describe(picture, image)), image, core, tuning, folder)


def screen_copy(picture: Path, target: Path) -> Path:
    """A JPEG of a stored picture, as large as a screen needs it. Raises PictureLost."""
    image = read_stored(picture)
    return _saved(image, screen_size(image.size), QUALITY, target)


def glance_copy(picture: Path, target: Path) -> Path:
    """The same, but no larger than it takes to begin; a small picture is as it would be anyhow."""
    image = read_stored(picture)
    scale = GLANCE_SIDE_MAX_PX / max(image.size)
    if scale >= 1:
        return _saved(image, screen_size(image.size), QUALITY, target)
    width, height = (max(1, round(side * scale)) for side in image.size)
    return _saved(image, (width, height), GLANCE_QUALITY, target)


def mask_copy(core: Path, target: Path) -> Path:
    """A PNG of a stored mask, opaque where it is marked, of its screen copy's size."""
    image = load_core(core, MaskSource.PAGE).image
    small = image.resize(screen_size(image.size), Image.Resampling.BOX)
    two = threshold(small, 128).point([0] * 255 + [1]).convert("P")
    two.putpalette((0, 0, 0, 255, 255, 255))
    try:
        two.save(target, "PNG", bits=1, transparency=0)
    except OSError as error:
        raise PictureLost(log=f"{target}: {error}") from error
    return target


def _saved(image: Image.Image, size: tuple[int, int], quality: int, target: Path) -> Path:
    small = flatten(image).resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    small.save(target, "JPEG", quality=quality)
    return target


def screen_size(size: tuple[int, int]) -> tuple[int, int]:
    """The same shape with no more pixels than a screen copy has, and no longer side."""
    by_pixels = sqrt(SCREEN_PIXELS_MAX / (size[0] * size[1]))
    scale = min(1.0, by_pixels, SCREEN_SIDE_MAX_PX / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
