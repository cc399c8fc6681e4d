"""Pictures made on the spot, so that no binary file lies in the repository."""

import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter


def photo(width_px: int = 160, height_px: int = 120, seed: int = 1) -> Image.Image:
    """Something with soft areas, edges and grain, different for each seed."""
    dice = random.Random(seed)
    picture = gradient(width_px, height_px)
    draw = ImageDraw.Draw(picture)
    for _ in range(8):
        x, y = dice.randrange(width_px), dice.randrange(height_px)
        r = dice.randrange(2, max(3, min(width_px, height_px) // 3))
        draw.ellipse((x - r, y - r, x + r, y + r), fill=_color(dice))
    soft = picture.filter(ImageFilter.GaussianBlur(1))
    return Image.blend(soft, noise(width_px, height_px, seed), 0.08)


def noise(width_px: int, height_px: int, seed: int = 1) -> Image.Image:
    """Every pixel of its own color."""
    data = random.Random(seed).randbytes(width_px * height_px * 3)
    return Image.frombytes("RGB", (width_px, height_px), data)


def gradient(width_px: int = 160, height_px: int = 120) -> Image.Image:
    """Red grows to the right, green downward, blue along the diagonal."""
    across = Image.linear_gradient("L").rotate(90).resize((width_px, height_px))
    down = Image.linear_gradient("L").resize((width_px, height_px))
    return Image.merge("RGB", (across, down, ImageChops.add(across, down, 2)))


def alpha(
    width_px: int = 160,
    height_px: int = 120,
    hole: tuple[int, int, int, int] | None = None,
) -> Image.Image:
    """A photo with a transparent box; by default its middle ninth."""
    picture = photo(width_px, height_px).convert("RGBA")
    picture.putalpha(ImageChops.invert(mask(width_px, height_px, hole)))
    return picture


def mask(
    width_px: int = 160,
    height_px: int = 120,
    box: tuple[int, int, int, int] | None = None,
) -> Image.Image:
    """Black with a white box (right and bottom exclusive); by default the middle ninth."""
    left, top, right, bottom = box or (
        width_px // 3,
        height_px // 3,
        2 * width_px // 3,
        2 * height_px // 3,
    )
    drawn = Image.new("L", (width_px, height_px))
    drawn.paste(255, (left, top, right, bottom))
    return drawn


def save(image: Image.Image, path: Path, kind: str = "PNG", **options: Any) -> Path:
    """Write and give the path back."""
    image.save(path, kind, **options)
    return path


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    """The file's bytes."""
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def assert_same(a: Image.Image, b: Image.Image) -> None:
    """Equal size and pixels, where no alpha means opaque."""
    assert a.size == b.size
    difference = ImageChops.difference(a.convert("RGBA"), b.convert("RGBA"))
    assert difference.getbbox(alpha_only=False) is None


def assert_similar(a: Image.Image, b: Image.Image, epsilon: float = 4.0) -> None:
    """The mean difference of a channel is at most `epsilon` of 255."""
    assert a.size == b.size
    histogram = ImageChops.difference(a.convert("RGBA"), b.convert("RGBA")).histogram()
    total = sum(count * (i % 256) for i, count in enumerate(histogram))
    assert total / (a.width * a.height * 4) <= epsilon


def changed(a: Image.Image, b: Image.Image) -> Image.Image:
    """White where any channel differs, alpha too."""
    bands = ImageChops.difference(a.convert("RGBA"), b.convert("RGBA")).split()
    together = bands[0]
    for band in bands[1:]:
        together = ImageChops.lighter(together, band)
    return together.point(_whiten)


_whiten: Callable[[int], int] = lambda value: 255 if value else 0  # noqa: E731


def _color(dice: random.Random) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)
