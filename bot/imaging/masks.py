"""What a member sent as "where", made the canonical mask: mode L, the picture's size, 255 = change.

Two files hold it. The core is what the member marked; the mask is the core after grow, and the
one that counts. The core also remembers whether it was turned around, so that Invert twice gives
the first one back and a later edit can start from what was really marked.
"""

from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageChops, PngImagePlugin

from bot.domain import MaskFacts, MaskSource, MaskTuning
from bot.errors import BadMask, PictureLost
from bot.imaging.codec import MASK, decode
from bot.imaging.extend import seam_px
from bot.imaging.levels import Levels
from bot.imaging.morphology import grow, share, shrink, threshold
from bot.imaging.tones import mask_tones

WHITE_FROM = 128
SHAPE_TOLERANCE = 0.01
ALPHA_SHARE_MIN, ALPHA_SHARE_MAX = 0.001, 0.99
INVERTED_FROM = 0.6
GROW_MIN_PX, GROW_PER_SIDE, GROW_MAX_PX = 4, 256, 1024
INVERTED_TAG = "inverted"
# Who marks with a file may take black for white; who names a place does not.
FILES = (MaskSource.FILE, MaskSource.CUTOUT, MaskSource.ALPHA)

EMPTY = "The mask is empty: nothing in it is white. White marks what to change, black what to keep."
FULL = "The mask covers the whole picture. Leave out what should stay."
GROWN_FULL = (
    "With its edge grown by {} px the mask covers the whole picture. "
    "Leave out more of what should stay, or set `grow` to 0."
)
SHRUNK_AWAY = "Nothing of the mask would be left. Shrink it less."
HOLE_NOTE = "The mask has a transparent part, so I took that as what to change."
PAINT_NOTE = "The mask is painted on a transparent ground, so I took the paint as what to change."
SIDES_INVERTED = "Added room cannot be turned around: it is what has to be filled."
CUTOUT_DOUBT = (
    "Your picture is cut out: what is around it is transparent. "
    "I took that transparent part as what to change."
)
NO_MASK_DOUBT = (
    "The file that you sent as the mask looks like a photo or a screenshot: only {:.0f} % of it "
    "is black or white. I took its light parts as what to change."
)


@dataclass(frozen=True, slots=True)
class Core:
    """What was marked: 0 or 255, before grow.

    `doubt` is a sentence where it may be not what was meant. `levels` are there for a painted copy
    that has something within its lines.
    """

    image: Image.Image
    source: MaskSource
    inverted: bool = False
    notes: tuple[str, ...] = ()
    doubt: str = ""
    levels: Levels | None = None


@dataclass(frozen=True, slots=True)
class Marks:
    """How a mask file was understood; `doubt` is a sentence where it may be no mask at all."""

    image: Image.Image
    note: str = ""
    doubt: str = ""
    source: MaskSource = MaskSource.FILE


@dataclass(frozen=True, slots=True)
class Mask:
    """What will be changed: 0 or 255, after grow, with what a member is told about it."""

    image: Image.Image
    facts: MaskFacts


def core_from_file(path: Path, size: tuple[int, int], pixels_max: int) -> Core:
    """A mask file of any size but the picture's shape. Raises BadMask."""
    return core_from_sheet(decode(path.read_bytes(), pixels_max, MASK, gray_stays=True), size)


def core_from_sheet(sheet: Image.Image, size: tuple[int, int]) -> Core:
    """The same of a decoded file."""
    _check_shape(sheet.size, size)
    marks = _read_marks(sheet)
    notes = (marks.note,) if marks.note else ()
    marked = marks.image
    if marked.size != size:
        notes += (
            f"The mask was {_by(marked.size)}, so I resized it to the picture's {_by(size)}.",
        )
        marked = marked.resize(size, Image.Resampling.NEAREST)
    return Core(marked, marks.source, notes=notes, doubt=marks.doubt)


def core_from_alpha(picture: Image.Image) -> Core | None:
    """The picture's transparent part; None where there is too little or too much to mean it."""
    if picture.mode != "RGBA":
        return None
    hole = ImageChops.invert(threshold(picture.getchannel("A"), WHITE_FROM))
    if not ALPHA_SHARE_MIN <= share(hole) <= ALPHA_SHARE_MAX:
        return None
    doubt = CUTOUT_DOUBT if _is_cutout(hole) else ""
    return Core(hole, MaskSource.ALPHA, doubt=doubt)


def tune(core: Core, tuning: MaskTuning) -> tuple[Core, Mask]:
    """Apply outline, invert and grow (below 0: shrink).

    Raises BadMask where nothing or everything would change.
    """
    if core.source is MaskSource.SIDES and tuning.invert:
        raise BadMask(SIDES_INVERTED)
    core = _turned(_outlined(core, tuning.outline), tuning.invert)
    covered = share(core.image)
    if covered == 0:
        raise BadMask(EMPTY)
    if covered == 1:
        raise BadMask(FULL)
    grow_px = default_grow_px(core) if tuning.grow_px is None else tuning.grow_px
    grow_px = max(-GROW_MAX_PX, min(grow_px, GROW_MAX_PX))
    feather_px = max(0, grow_px if tuning.feather_px is None else tuning.feather_px)
    if core.source is MaskSource.SIDES:
        # The new part is new everywhere: only what reaches into the old picture is soft.
        feather_px = min(feather_px, grow_px)
    grown = grow(core.image, grow_px) if grow_px >= 0 else shrink(core.image, -grow_px)
    return core, Mask(grown, _facts(core, grown, covered, grow_px, feather_px))


def default_grow_px(core: Core) -> int:
    """Enough to take an object's soft edge along; for added room, enough to hide the seam."""
    if core.source is MaskSource.SIDES:
        return seam_px(core.image)
    return max(GROW_MIN_PX, max(core.image.size) // GROW_PER_SIDE)


def save_core(core: Core, path: Path) -> Path:
    """Write the core as PNG; where it has levels, those, from before it was turned around."""
    info = PngImagePlugin.PngInfo()
    info.add_text(INVERTED_TAG, str(int(core.inverted)))
    kept = core.levels.image if core.levels else _one_bit(core.image)
    kept.save(path, "PNG", pnginfo=info)
    return path


def save_mask(mask: Mask, path: Path) -> Path:
    """Write the mask that counts as PNG."""
    _one_bit(mask.image).save(path, "PNG")
    return path


def load_core(path: Path, source: MaskSource) -> Core:
    """Read what `save_core` wrote. Raises PictureLost."""
    try:
        with Image.open(path, formats=("PNG",)) as image:
            image.load()
            inverted = image.info.get(INVERTED_TAG) == "1"
            light = image.convert("L")
            if image.mode == "1":
                return Core(light, source, inverted)
            # Levels, or a mask of an earlier version, which has eight bits a pixel, too.
            levels = Levels.of(light)
            marked = threshold(light, WHITE_FROM)
            if levels and inverted:
                marked = ImageChops.invert(marked)
            return Core(marked, source, inverted, levels=levels)
    except (OSError, ValueError, SyntaxError) as error:
        raise PictureLost(log=f"{path}: {error}") from error


def load_mask(path: Path, size: tuple[int, int]) -> Image.Image:
    """A stored mask, 0 and 255; raises PictureLost, also when it is not of the picture's size."""
    image = load_core(path, MaskSource.NONE).image
    if image.size != size:
        raise PictureLost(log=f"{path}: mask is {image.size}, picture {size}")
    return image


def _one_bit(mask: Image.Image) -> Image.Image:
    """An eighth of the bytes, for disk: much faster to pack and to unpack."""
    return mask.convert("1", dither=Image.Dither.NONE)


def _turned(core: Core, invert: bool) -> Core:
    if core.inverted == invert:
        return core
    return replace(core, image=ImageChops.invert(core.image), inverted=invert)


def _outlined(core: Core, outline: bool | None) -> Core:
    """With or without what lies within the lines; None leaves it as it was read."""
    if core.levels is None or outline is None:
        return core
    levels = core.levels.switched(outline)
    image = ImageChops.invert(levels.marked) if core.inverted else levels.marked
    return replace(core, image=image, levels=levels, doubt="")


def _facts(
    core: Core, grown: Image.Image, covered: float, grow_px: int, feather_px: int
) -> MaskFacts:
    box, coverage = grown.getbbox(), share(grown)
    if box is None:
        raise BadMask(SHRUNK_AWAY)
    if coverage == 1:
        raise BadMask(GROWN_FULL.format(grow_px))
    return MaskFacts(
        coverage=coverage,
        box=box,
        source=core.source,
        grow_px=grow_px,
        feather_px=feather_px,
        looks_inverted=core.source in FILES and covered > INVERTED_FROM,
        notes=core.notes,
        doubt=core.doubt,
        outline=core.levels.outline if core.levels else None,
    )


def _check_shape(mask: tuple[int, int], picture: tuple[int, int]) -> None:
    across, down = mask[0] * picture[1], mask[1] * picture[0]
    # One pixel of rounding is no other shape.
    rounding = max(picture)
    if abs(across - down) > max(SHAPE_TOLERANCE * max(across, down), rounding):
        raise BadMask(
            f"The mask is {_by(mask)}, but the picture is {_by(picture)}: they must have the "
            "same shape. Draw the mask on a copy of the picture."
        )


def _read_marks(sheet: Image.Image) -> Marks:
    if sheet.mode != "RGBA":
        return _read_light(sheet, None)
    solid = threshold(sheet.getchannel("A"), WHITE_FROM)
    if not ALPHA_SHARE_MIN <= share(solid) < 1 or _is_black_and_white(sheet, solid):
        return _read_light(sheet, solid)
    if _is_paint(sheet, solid):
        return Marks(solid, PAINT_NOTE, source=MaskSource.CUTOUT)
    return Marks(ImageChops.invert(solid), HOLE_NOTE, source=MaskSource.CUTOUT)


def _read_light(sheet: Image.Image, solid: Image.Image | None) -> Marks:
    """What is light changes; only pixels that `solid` has count."""
    light = threshold(sheet.convert("L"), WHITE_FROM)
    marked = light if solid is None else ImageChops.multiply(light, solid)
    part = mask_tones(sheet, solid)
    # Whatever else such a file may mean (a copy of the picture, painted over) is found out here.
    return Marks(marked, doubt="" if part is None else NO_MASK_DOUBT.format(100 * part))


def _is_black_and_white(sheet: Image.Image, solid: Image.Image) -> bool:
    """Both marks stand in the opaque part, and hardly anything between them."""
    histogram = sheet.convert("L").histogram(solid)
    total = sum(histogram)
    black, white = sum(histogram[:32]), sum(histogram[224:])
    return min(black, white) > 0.001 * total and black + white > 0.95 * total


def _is_paint(sheet: Image.Image, solid: Image.Image) -> bool:
    """The opaque part is one color, and not black."""
    rgb = sheet.convert("RGB")
    medians = [_quantile(band.histogram(solid), 0.5) for band in rgb.split()]
    spreads = [
        _quantile(band.histogram(solid), 0.95) - _quantile(band.histogram(solid), 0.05)
        for band in rgb.split()
    ]
    return max(spreads) <= 48 and max(medians) >= 64


def _quantile(histogram: list[int], part: float) -> int:
    left = part * sum(histogram)
    for value, count in enumerate(histogram):
        left -= count
        if left <= 0:
            return value
    return 255


def _is_cutout(hole: Image.Image) -> bool:
    """Transparent on all four sides or nearly everywhere, as stickers are."""
    return hole.getbbox() == (0, 0, *hole.size) or share(hole) > INVERTED_FROM


def _by(size: tuple[int, int]) -> str:
    return f"{size[0]}×{size[1]}"
