"""Photographs of any size for the measurements: enlarged, and grained as a camera would."""

import math
from importlib.util import find_spec
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw

GRAIN = 4.0
JPEG_QUALITY = 92
MASKED_PART = 0.1


def photo(side_px: int, path: Path) -> Path:
    """A square JPEG; two calls give two different files of the same scene."""
    with Image.open(_astronaut()) as image:
        large = image.convert("RGB").resize((side_px, side_px), Image.Resampling.LANCZOS)
    grain = Image.effect_noise(large.size, GRAIN)
    grained = ImageChops.add(large, Image.merge("RGB", (grain, grain, grain)), 1, -128)
    grained.save(path, "JPEG", quality=JPEG_QUALITY)
    return path


def mask(side_px: int, path: Path) -> Path:
    """A white disc over a tenth of the picture, as PNG."""
    radius = side_px * (MASKED_PART / math.pi) ** 0.5
    marks = Image.new("L", (side_px, side_px))
    ImageDraw.Draw(marks).circle((side_px / 2, side_px / 2), radius, fill=255)
    marks.save(path, "PNG")
    return path


def _astronaut() -> Path:
    spec = find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The bench needs the development packages: run it with `make bench`.")
    return Path(spec.submodule_search_locations[0]) / "data" / "astronaut.png"
