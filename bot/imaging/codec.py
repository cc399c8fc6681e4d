"""The only place that opens a stranger's picture: limits first, pixels after."""

import re
import struct
import warnings
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, UnidentifiedImageError

from bot.errors import BadMask, BadPicture
from bot.imaging.scans import has_too_many_scans
from bot.imaging.sniff import is_taken, name_foreign
from bot.imaging.srgb import to_srgb

FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
# What Pillow's parsers raise on damaged files, as met in its own test suite.
BROKEN = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    LookupError,
    ArithmeticError,
    EOFError,
    AttributeError,
    AssertionError,
    struct.error,
    zlib.error,
)
ORIENTATION_TAG = 0x0112
TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
CUT_OFF = re.compile(r"truncated", re.IGNORECASE)
BOMB_TEXT = re.compile(r"too large|too much memory", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Probe:
    """What a file says of itself before a pixel is decoded; `orientation` is EXIF's 1..8."""

    format: str
    mode: str
    width_px: int
    height_px: int
    animated: bool
    orientation: int


@dataclass(frozen=True, slots=True)
class Wording:
    """Whose file it is, for the sentences of a refusal."""

    noun: str
    error: type[BadPicture | BadMask]


PICTURE = Wording("picture", BadPicture)
MASK = Wording("mask", BadMask)


def probe(data: bytes, pixels_max: int, words: Wording = PICTURE) -> Probe:
    """Look at the header only. Raises BadPicture or BadMask."""
    with _opened(data, pixels_max, words) as image:
        is_jpeg = image.format in ("JPEG", "MPO")  # phones append further pictures to a JPEG
        return Probe(
            format="JPEG" if is_jpeg else image.format or "",
            mode=image.mode,
            width_px=image.width,
            height_px=image.height,
            animated=not is_jpeg and bool(getattr(image, "is_animated", False)),
            orientation=_orientation(image),
        )


def decode(
    data: bytes, pixels_max: int, words: Wording = PICTURE, *, gray_stays: bool = False
) -> Image.Image:
    """The first frame in full: upright, 8-bit sRGB, RGB or RGBA. Raises BadPicture or BadMask.

    With `gray_stays` a plain gray picture is L.
    """
    with _opened(data, pixels_max, words) as image:
        orientation = _orientation(image)
        image.load()
        plain = to_srgb(image, gray_stays=gray_stays)
        return plain.transpose(TURNS[orientation]) if orientation in TURNS else plain


@contextmanager
def _opened(data: bytes, pixels_max: int, words: Wording) -> Generator[Image.Image]:
    _refuse_unknown(data, words)
    if has_too_many_scans(data):
        raise words.error(_bomb(words), log="too many scans")
    try:
        with _limited(pixels_max), Image.open(BytesIO(data), formats=FORMATS) as image:
            yield image
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise _too_many_pixels(error, pixels_max, words) from error
    except MemoryError as error:
        raise words.error(_bomb(words), log="out of memory") from error
    except BROKEN as error:
        raise words.error(_why_broken(data, error, words), log=repr(error)[:300]) from error


@contextmanager
def _limited(pixels_max: int) -> Generator[None]:
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, pixels_max
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            yield
    finally:
        Image.MAX_IMAGE_PIXELS = before


def _orientation(image: Image.Image) -> int:
    try:
        found = image.getexif().get(ORIENTATION_TAG, 1)
    except BROKEN:
        return 1
    return found if found in TURNS else 1


def _refuse_unknown(data: bytes, words: Wording) -> None:
    if not data:
        raise words.error("That file is empty. Please upload it again.")
    head = data[:512].lstrip() if data[:1].isspace() else data[:512]
    if is_taken(head):
        return
    if foreign := name_foreign(head):
        name, advice = foreign
        article = "an" if name[0] in "AS" else "a"
        raise words.error(f"That is {article} {name} file, which I cannot read. {advice}")
    raise words.error(
        "That file is not an image that I can read. Please send a JPEG, PNG, WebP or GIF."
    )


def _too_many_pixels(error: Exception, pixels_max: int, words: Wording) -> BadPicture | BadMask:
    found = re.search(r"\((\d+) pixels\)", str(error))
    has = f"{int(found[1]) / 1e6:,.1f}" if found else "too many"
    return words.error(
        f"That {words.noun} has {has} megapixels; I take at most {pixels_max / 1e6:g}. "
        "Please send a smaller one.",
        log=str(error),
    )


def _why_broken(data: bytes, error: Exception, words: Wording) -> str:
    if CUT_OFF.search(str(error)) or _is_short(data):
        return (
            f"That {words.noun} is cut off: the end of the file is missing. Please upload it again."
        )
    if BOMB_TEXT.search(str(error)):
        return _bomb(words)
    kind = "" if isinstance(error, UnidentifiedImageError) else " and cannot be opened"
    return f"That {words.noun} is damaged{kind}. Save it anew as PNG or JPEG and send that."


def _is_short(data: bytes) -> bool:
    """A RIFF file tells its own length, a PNG ends in IEND, a JPEG has more than a few headers."""
    if data[:2] == b"\xff\xd8":
        return b"\xff\xda" not in data
    if data[:4] == b"RIFF":
        return len(data) < int.from_bytes(data[4:8], "little") + 8
    return data[:4] == b"\x89PNG" and b"IEND" not in data[-64:]


def _bomb(words: Wording) -> str:
    return (
        f"That {words.noun} unpacks to far more than a picture holds, so I did not open it. "
        "Save it anew as PNG or JPEG and send that."
    )
