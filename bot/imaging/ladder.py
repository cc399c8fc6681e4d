"""A stored picture made small enough to post, one rung at a time."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

from bot.imaging.store import WEBP_SIDE_MAX_PX, read_stored, stored_bytes

JPEG_SIDE_MAX_PX = 65500


@dataclass(frozen=True, slots=True)
class Encoded:
    """What to post; `next_rung` is what to ask for when Discord still finds it too large."""

    path: Path
    bytes: int
    lossy: bool
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

    What `out_folder` has of a rung already is taken as it is. Raises PictureLost.
    """
    if rung <= 0 and (size := stored_bytes(stored)) <= limit_bytes:
        return Encoded(stored, size, False, 1)
    pixels = cache(read_stored)
    first = min(max(1, rung), LAST_RUNG)
    for at in range(first, LAST_RUNG + 1):
        found = _rung(stored, out_folder, at, pixels)
        if found.bytes <= limit_bytes:
            return found
    return _rung(stored, out_folder, LAST_RUNG, pixels)


def encode_first_rung(image: Image.Image, stem: Path) -> Path:
    """The best copy that is lossy, of pixels that are at hand; `stem` gets its suffix."""
    return _encode(image, LOSSY[0], stem)


def copy_name(stored_stem: str, rung: int, suffix: str) -> str:
    """What `encode_for_post` calls its file, and where it looks for one made before."""
    return f"{stored_stem}-{rung}{suffix}"


def _rung(
    stored: Path, out_folder: Path, at: int, pixels: Callable[[Path], Image.Image]
) -> Encoded:
    names = [out_folder / copy_name(stored.stem, at, suffix) for suffix in (".jpg", ".webp")]
    path = next((name for name in names if name.exists()), None)
    if path is None:
        path = _encode(pixels(stored), LOSSY[at - 1], names[0].with_suffix(""))
    return Encoded(path, path.stat().st_size, True, at + 1)


def _encode(image: Image.Image, rung: Rung, stem: Path) -> Path:
    side_max_px = WEBP_SIDE_MAX_PX if image.mode == "RGBA" else JPEG_SIDE_MAX_PX
    small = _scaled(image, min(rung.scale, side_max_px / max(image.size)))
    # Under another name until it is whole: a half one would be taken for ready.
    unfinished = stem.with_suffix(".part")
    if image.mode == "RGBA":
        path = stem.with_suffix(".webp")
        small.save(unfinished, "WEBP", quality=rung.webp_quality)
    else:
        path = stem.with_suffix(".jpg")
        # Not optimize=True: it fails on a grainy picture that outgrows Pillow's buffer.
        small.save(unfinished, "JPEG", quality=rung.jpeg_quality, subsampling=0)
    return unfinished.replace(path)


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS)
