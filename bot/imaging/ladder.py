"""A stored picture made small enough to post, one rung at a time."""

from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from bot.imaging.store import WEBP_SIDE_MAX_PX, read_stored, stored_size

JPEG_SIDE_MAX_PX = 65500


@dataclass(frozen=True, slots=True)
class Encoded:
    """What to post; `next_rung` is what to ask for when Discord still finds it too large."""

    path: Path
    bytes: int
    lossy: bool
    width_px: int
    height_px: int
    next_rung: int


@dataclass(frozen=True, slots=True)
class Rung:
    """One lossy encoding: JPEG quality, WebP quality for a picture with alpha, and scale."""

    jpeg_quality: int
    webp_quality: int
    scale: float


# Rung 0 is the stored file itself.
LOSSY = (
    Rung(95, 90, 1),
    Rung(90, 80, 1),
    Rung(90, 80, 1 / 2),
    Rung(90, 80, 1 / 4),
    Rung(90, 80, 1 / 8),
)
LAST_RUNG = len(LOSSY)


def encode_for_post(stored: Path, out_folder: Path, limit_bytes: int, rung: int = 0) -> Encoded:
    """The best that fits, from `rung` downward; the smallest there is when nothing fits.

    Raises PictureLost.
    """
    size = stored_size(stored)
    if rung <= 0 and stored.stat().st_size <= limit_bytes:
        return _describe(stored, size, False, 1)
    image = read_stored(stored)
    for at in range(max(1, rung), LAST_RUNG + 1):
        found = _encode(image, LOSSY[at - 1], out_folder / f"{stored.stem}-{at}", at + 1)
        if found.bytes <= limit_bytes:
            return found
    return _encode(image, LOSSY[-1], out_folder / f"{stored.stem}-{LAST_RUNG}", LAST_RUNG + 1)


def _encode(image: Image.Image, rung: Rung, stem: Path, next_rung: int) -> Encoded:
    side_max_px = WEBP_SIDE_MAX_PX if image.mode == "RGBA" else JPEG_SIDE_MAX_PX
    small = _scaled(image, min(rung.scale, side_max_px / max(image.size)))
    if image.mode == "RGBA":
        path = stem.with_suffix(".webp")
        small.save(path, "WEBP", quality=rung.webp_quality)
    else:
        path = stem.with_suffix(".jpg")
        # Not optimize=True: it fails on a grainy picture that outgrows Pillow's buffer.
        small.save(path, "JPEG", quality=rung.jpeg_quality, subsampling=0)
    return _describe(path, small.size, True, next_rung)


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)


def _describe(path: Path, size: tuple[int, int], lossy: bool, next_rung: int) -> Encoded:
    return Encoded(path, path.stat().st_size, lossy, *size, next_rung)
