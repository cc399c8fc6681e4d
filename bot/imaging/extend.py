"""Room added around a picture: its edges go on into it until a provider paints it."""

from PIL import Image, ImageChops, ImageFilter

from bot.errors import BadMask
from bot.imaging.regions import Sides

SEAM_MIN_PX, SEAM_PER_SIDE = 8, 40
# The picture is never softened deeper than this part of its shorter side.
SEAM_DEPTH_MAX = 0.25
EDGE_DEPTH_PX, SMOOTH_PX = 8, 12
TOO_LARGE = (
    "With that room the picture would have {:.1f} megapixels; I take at most {:g}. "
    "Add less, or send a smaller picture."
)


def extend(picture: Image.Image, sides: Sides, pixels_max: int) -> tuple[Image.Image, Image.Image]:
    """The larger picture, and the mask (L) of what is new in it.

    Raises BadMask where it would have more than `pixels_max` pixels.
    """
    left, top, right, bottom = sides.margins(picture.size)
    size = picture.width + left + right, picture.height + top + bottom
    if size[0] * size[1] > pixels_max:
        raise BadMask(TOO_LARGE.format(size[0] * size[1] / 1e6, pixels_max / 1e6))
    wide = Image.new(picture.mode, size)
    _continue(wide, picture, (left, top, right, bottom))
    wide.paste(picture, (left, top))
    new = Image.new("L", size, 255)
    new.paste(0, (left, top, left + picture.width, top + picture.height))
    return wide, new


def seam_px(new: Image.Image) -> int:
    """How far the soft edge reaches into the old picture, from the mask of what is new."""
    old = ImageChops.invert(new).getbbox()
    if old is None:
        return 0
    width, height = old[2] - old[0], old[3] - old[1]
    wanted = max(SEAM_MIN_PX, max(width, height) // SEAM_PER_SIDE)
    return min(wanted, int(SEAM_DEPTH_MAX * min(width, height)))


def _continue(wide: Image.Image, picture: Image.Image, margins: tuple[int, int, int, int]) -> None:
    """Fill the margins: above and below with the edge's rows, then left and right with all."""
    left, top, right, bottom = margins
    depth_px = min(EDGE_DEPTH_PX, picture.width, picture.height)
    rows = ((0, top, 0), (top + picture.height, bottom, picture.height - depth_px))
    for at, high, first in rows:
        edge = picture.crop((0, first, picture.width, first + depth_px))
        line = _smooth(edge.resize((picture.width, 1), Image.Resampling.BOX), (SMOOTH_PX, 0))
        if high:
            wide.paste(line.resize((picture.width, high)), (left, at))
    wide.paste(picture, (left, top))
    columns = ((0, left, left), (left + picture.width, right, left + picture.width - depth_px))
    for at, across, first in columns:
        edge = wide.crop((first, 0, first + depth_px, wide.height))
        line = _smooth(edge.resize((1, wide.height), Image.Resampling.BOX), (0, SMOOTH_PX))
        if across:
            wide.paste(line.resize((across, wide.height)), (at, 0))


def _smooth(line: Image.Image, reach_px: tuple[int, int]) -> Image.Image:
    return line.filter(ImageFilter.BoxBlur(reach_px))
