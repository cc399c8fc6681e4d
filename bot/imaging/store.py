"""Pictures as they lie on our disk; `read_stored` says what "the original's pixels" are."""

from pathlib import Path

from PIL import Image

from bot.domain import PictureFacts
from bot.errors import BadPicture, PictureLost
from bot.imaging.codec import Probe, decode, probe
from bot.imaging.recent import recent
from bot.imaging.srgb import is_deep
from bot.imaging.strip import strip

WEBP_SIDE_MAX_PX = 16383
# As much as JPEG and GIF can say; on a longer one each row costs more than its pixels.
SIDE_MAX_PX = 65_535
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
# What we stored ourselves has passed the intake's limit already.
STORED_PIXELS_MAX = 500_000_000
TOO_LONG = (
    "That picture is {:,}×{:,}; its longer side may have at most {:,} pixels. "
    "Please send a smaller one."
)
FIRST_FRAME = "This is an animation, so I took its first frame."


def store(upload: Path, folder: Path, pixels_max: int) -> tuple[Path, Image.Image, PictureFacts]:
    """Keep a member's picture without its metadata; as it was sent where that is possible.

    Raises BadPicture.
    """
    data = upload.read_bytes()
    recent.take(b"")
    seen = probe(data, pixels_max)
    if max(seen.width_px, seen.height_px) > SIDE_MAX_PX:
        raise BadPicture(TOO_LONG.format(seen.width_px, seen.height_px, SIDE_MAX_PX))
    kept = _keep_as_sent(data, seen, pixels_max)
    if kept:
        path, image = folder / f"picture{SUFFIXES[seen.format]}", kept[1]
        path.write_bytes(kept[0])
    else:
        image = decode(data, pixels_max)
        path = save_lossless(image, folder / "picture")
    notes = (FIRST_FRAME,) if seen.animated else ()
    return path, image, _facts(image, seen.format, notes)


def describe(path: Path, image: Image.Image) -> PictureFacts:
    """What is known of a picture that is stored already."""
    return _facts(image, path.suffix.lstrip(".").upper().replace("JPG", "JPEG"), ())


def read_stored(path: Path) -> Image.Image:
    """Upright 8-bit sRGB pixels, RGB when opaque, else RGBA. Raises PictureLost."""
    try:
        data = path.read_bytes()
        return recent.take(data) or decode(data, STORED_PIXELS_MAX)
    except (OSError, BadPicture) as error:
        raise PictureLost(log=f"{path}: {error}") from error


def stored_bytes(path: Path) -> int:
    """The size of the file. Raises PictureLost."""
    try:
        return path.stat().st_size
    except OSError as error:
        raise PictureLost(log=f"{path}: {error}") from error


def save_lossless(image: Image.Image, stem: Path) -> Path:
    """Write exact pixels, also under transparency; gives back the path with the suffix it chose."""
    if max(image.size) > WEBP_SIDE_MAX_PX:
        path = stem.with_suffix(".png")
        image.save(path, "PNG", compress_level=1)
    else:
        path = stem.with_suffix(".webp")
        # Smaller and faster than any PNG level.
        image.save(path, "WEBP", lossless=True, quality=0, method=0, exact=True)
    return path


def _keep_as_sent(data: bytes, seen: Probe, pixels_max: int) -> tuple[bytes, Image.Image] | None:
    if seen.animated or seen.mode == "CMYK" or is_deep(seen.mode):
        return None
    kept = strip(data, seen.format, seen.orientation)
    if kept is None:
        return None
    try:
        return kept, decode(kept, pixels_max)
    except BadPicture:
        return None  # Either a file built in a way we do not know, or one that fails as a whole.


def _facts(image: Image.Image, kind: str, notes: tuple[str, ...]) -> PictureFacts:
    return PictureFacts(image.width, image.height, kind, image.mode == "RGBA", notes)
