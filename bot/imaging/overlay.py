"""The picture with its mask shown on it, small enough to post."""

import math
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageStat

from bot.imaging.morphology import Box, grow, padded, threshold

SIDE_MAX_PX = 1280
# From here on whole pixels are averaged, which is many times faster than a resampling.
REDUCED_FROM_PX = 1920
SIZE_MAX_BYTES = 1_000_000
TINT = 0.45
EDGE_PX = 2
COLORS = ((255, 0, 128), (0, 230, 118), (0, 176, 255))
QUALITIES = (85, 70, 50, 30)
GROUND = (255, 255, 255)


def draw_overlay(picture: Image.Image, mask: Image.Image, box: Box, path: Path) -> Path:
    """Tint what will change, outline it and frame its box; a JPEG of at most 1 MB."""
    small, grays = _smaller(flatten(picture)), _smaller(mask)
    scale = small.width / picture.width
    draw_tint(small, threshold(grays, 1))
    _frame(small, box, scale)
    return save_small(small, path)


def draw_tint(picture: Image.Image, marked: Image.Image) -> None:
    """Tint and outline what is marked, on the picture itself; both are of one size."""
    around = padded(marked.getbbox() or (0, 0, *picture.size), EDGE_PX, picture.size)
    picture.paste(_tinted(picture.crop(around), marked.crop(around)), around[:2])


def flatten(picture: Image.Image) -> Image.Image:
    """RGB, with white where the picture is transparent; what is RGB already comes back itself."""
    if picture.mode != "RGBA":
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    ground = Image.new("RGB", picture.size, GROUND)
    ground.paste(picture, mask=picture.getchannel("A"))
    return ground


def _smaller(image: Image.Image) -> Image.Image:
    """Small enough to post, and never the image itself; a marked pixel leaves a trace."""
    longest = max(image.size)
    if longest >= REDUCED_FROM_PX:
        return image.reduce(math.ceil(longest / SIDE_MAX_PX))
    scale = min(1.0, SIDE_MAX_PX / longest)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BOX)


def _tinted(picture: Image.Image, marked: Image.Image) -> Image.Image:
    color = _most_unlike(picture, marked)
    picture.paste(Image.blend(picture, Image.new("RGB", picture.size, color), TINT), mask=marked)
    picture.paste(color, mask=ImageChops.subtract(grow(marked, EDGE_PX), marked))
    return picture


def _most_unlike(picture: Image.Image, marked: Image.Image) -> tuple[int, int, int]:
    mean = ImageStat.Stat(picture, marked).mean
    return max(COLORS, key=lambda color: sum(abs(a - b) for a, b in zip(color, mean, strict=True)))


def _frame(picture: Image.Image, box: Box, scale: float) -> None:
    left, top, right, bottom = (round(side * scale) for side in box)
    corners = (left, top, max(left, right - 1), max(top, bottom - 1))
    draw = ImageDraw.Draw(picture)
    draw.rectangle(corners, outline=(0, 0, 0), width=3)
    draw.rectangle(corners, outline=(255, 255, 255), width=1)


def save_small(picture: Image.Image, path: Path) -> Path:
    """A JPEG of at most 1 MB."""
    for quality in QUALITIES:
        picture.save(path, "JPEG", quality=quality)
        if path.stat().st_size <= SIZE_MAX_BYTES:
            break
    return path
