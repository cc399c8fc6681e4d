"""Whatever a member gave to say where, recognised without being told, as what was marked."""

from pathlib import Path

from PIL import Image, ImageChops

from bot.domain import MaskSource
from bot.errors import BadMask
from bot.imaging.codec import MASK, decode
from bot.imaging.levels import Levels
from bot.imaging.masks import Core, core_from_alpha, core_from_sheet, load_core
from bot.imaging.overlay import flatten
from bot.imaging.regions import Boxes, Earlier, Sides, Where, draw
from bot.imaging.tones import mask_tones

ALPHA_TOLERANCE = 0.01
# A drawing is mostly made of a few colors, a photo is not.
DRAWN_COLORS, DRAWN_SHARE = 4, 0.85
GLANCE_PX, SAMPLE_PX = 256, 512
NO_EARLIER = (
    "There is no earlier mask here to take. Pick the edit as `parent`, or write its id: "
    "`same as k3m9p2q7xa`."
)
INVERSE_NOTE = "All but what the earlier edit had marked."


def find_core(
    picture: Image.Image,
    upload: Path | None,
    earlier: Path | None,
    where: Where | None,
    pixels_max: int,
) -> Core | None:
    """What was marked on `picture` (RGB or RGBA); None: nothing was said, the member must.

    Looked at in this order: what was written (`where`, but for Sides), the file, the earlier
    task's core, the picture's transparency. Raises BadMask.
    """
    match where:
        case Boxes(boxes, source):
            return Core(draw(boxes, picture.size), source)
        case Earlier(inverted):
            return _from_earlier(picture.size, earlier, inverted)
        case Sides():
            raise ValueError("sides are for a larger picture")
        case None:
            pass
    if upload:
        return _from_file(picture, upload, pixels_max)
    if earlier:
        return _from_earlier(picture.size, earlier, inverted=False)
    return core_from_alpha(picture)


def _from_file(picture: Image.Image, upload: Path, pixels_max: int) -> Core:
    sheet = decode(upload.read_bytes(), pixels_max, MASK, gray_stays=True)
    if _may_be_copy(picture, sheet):
        # It brings NumPy, which the bot's own process can do without.
        from bot.imaging.painted import is_copy, read_painted, why_no_copy

        plain, copy = flatten(picture), flatten(sheet)
        if is_copy(plain, copy):
            found = read_painted(plain, copy)
            levels = Levels.of(found.levels)
            marked = Levels(found.levels).marked
            return Core(
                marked, MaskSource.PAINTED, notes=found.notes, doubt=found.doubt, levels=levels
            )
        if mask_tones(sheet) is not None and not _is_drawn(copy):
            raise why_no_copy(plain, copy)
    return core_from_sheet(sheet, picture.size)


def _may_be_copy(picture: Image.Image, sheet: Image.Image) -> bool:
    """Not a black-and-white mask, unless the picture is black and white itself."""
    if sheet.mode == "RGBA":
        return picture.mode == "RGBA" and _same_alpha(picture, sheet)
    if mask_tones(_sample(sheet, SAMPLE_PX)) is not None:
        return True
    return mask_tones(_sample(picture, GLANCE_PX)) is None


def _sample(image: Image.Image, side_px: int) -> Image.Image:
    """A part of the pixels as they are, which is enough to tell tones; gray stays gray."""
    scale = min(1.0, side_px / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    small = image.resize(size, Image.Resampling.NEAREST)
    return small if small.mode == "L" else flatten(small)


def _same_alpha(picture: Image.Image, sheet: Image.Image) -> bool:
    size = min(GLANCE_PX, *picture.size), min(GLANCE_PX, *picture.size)
    a, b = (image.getchannel("A").resize(size) for image in (picture, sheet))
    histogram = ImageChops.difference(a, b).histogram()
    return sum(histogram[128:]) <= ALPHA_TOLERANCE * size[0] * size[1]


def _is_drawn(sheet: Image.Image) -> bool:
    small = sheet.resize((GLANCE_PX, GLANCE_PX), Image.Resampling.NEAREST)
    colors = small.point([value & 0xE0 for value in range(256)] * 3).getcolors(GLANCE_PX**2) or []
    common = sorted((count for count, _ in colors), reverse=True)[:DRAWN_COLORS]
    return sum(common) >= DRAWN_SHARE * GLANCE_PX**2


def _from_earlier(size: tuple[int, int], earlier: Path | None, inverted: bool) -> Core:
    if earlier is None:
        raise BadMask(NO_EARLIER)
    marked = load_core(earlier, MaskSource.PARENT).image
    if marked.size != size:
        marked = marked.resize(size, Image.Resampling.NEAREST)
    if not inverted:
        return Core(marked, MaskSource.PARENT)
    return Core(ImageChops.invert(marked), MaskSource.PARENT, notes=(INVERSE_NOTE,))
