"""A stored picture written as the file that a person asked for."""

from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile
from typing import Any

from PIL import Image

from bot.imaging.store import read_stored

JPEG_SUFFIXES = (".jpg", ".jpeg")
# How each is written; a JPEG is the only one whose pixels are not exactly the stored ones.
FORMATS: Mapping[str, tuple[str, Mapping[str, Any]]] = {
    ".png": ("PNG", {"compress_level": 6}),
    ".webp": ("WEBP", {"lossless": True, "quality": 50, "exact": True}),
    **{suffix: ("JPEG", {"quality": 95, "subsampling": 0}) for suffix in JPEG_SUFFIXES},
}


def export(stored: Path, target: Path) -> tuple[int, int]:
    """Write `target` in the format of its suffix, whole or not at all; its width and height.

    Raises PictureLost, or OSError where the target cannot be written.
    """
    image = read_stored(stored)
    kind, options = FORMATS[target.suffix.lower()]
    unfinished = target.with_name(f".{target.name}.part")
    try:
        if stored.suffix == target.suffix.lower() and kind != "JPEG":
            copyfile(stored, unfinished)
        else:
            _fitting(image, kind).save(unfinished, kind, **options)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return image.size


def _fitting(image: Image.Image, kind: str) -> Image.Image:
    """JPEG knows no transparency: what is clear becomes white."""
    if kind != "JPEG" or image.mode == "RGB":
        return image
    white = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(white, image).convert("RGB")
