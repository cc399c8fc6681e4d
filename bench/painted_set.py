"""Painted copies made by a rule: photographs that scikit-image ships, painted on, then sent.

Nothing here is random between runs. The photographs are halved by their alphabetical order, and the
`HELD_OUT` half was never looked at while the reading was tuned.
"""

import random
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from math import cos, pi, sin
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter

TUNING = (
    "astronaut.png", "camera.png", "chelsea.png", "coffee.png",
    "grass.png", "hubble_deep_field.jpg", "moon.png", "retina.jpg",
)  # fmt: skip
HELD_OUT = (
    "brick.png", "cell.png", "clock_motion.png", "coins.png",
    "gravel.png", "ihc.png", "motorcycle_left.png", "rocket.jpg",
)  # fmt: skip
SIDE_PX = 1000
Color = tuple[int, int, int]
BRIGHT: dict[str, Color] = {
    "red": (237, 28, 36), "green": (40, 220, 60), "magenta": (255, 0, 200), "blue": (0, 90, 255),
    "orange": (255, 140, 0), "cyan": (0, 220, 240), "yellow": (255, 230, 0),
    "violet": (150, 40, 255),
}  # fmt: skip
PENS: dict[str, Color] = {
    "yellow": (255, 240, 0), "green": (60, 255, 60), "pink": (255, 60, 170), "cyan": (0, 210, 255),
}  # fmt: skip
CASES_PER_PHOTO = 10


@dataclass(frozen=True, slots=True)
class Case:
    """One painted copy: what was painted how, and what the way did to it."""

    kind: str
    photo: str
    paint: str
    shape: str
    way: str

    def __str__(self) -> str:
        return f"{self.kind} {self.photo} {self.paint} {self.shape} {self.way}"


@dataclass(frozen=True, slots=True)
class Made:
    """The bot's copy, the painted copy as sent, and what was meant (L, 255) at the bot's size."""

    original: Image.Image
    painted: bytes
    truth: Image.Image


def cases(photos: tuple[str, ...]) -> Iterator[Case]:
    """Every photograph ten times in each class, with paints, shapes and ways taking turns."""
    ways = list(WAYS)
    n = 0
    for kind, paints, shapes in (
        ("filled", list(BRIGHT), ["blob", "strokes", "lasso", "box"]),
        ("highlighter", list(PENS), ["blob", "strokes", "lasso"]),
        ("outline", list(BRIGHT), ["blob", "lasso", "box"]),
        ("black", ["black"], ["blob", "strokes", "lasso", "box"]),
    ):
        for photo in photos:
            for turn in range(CASES_PER_PHOTO):
                paint, shape = paints[n % len(paints)], shapes[turn % len(shapes)]
                yield Case(kind, photo, paint, shape, ways[n % len(ways)])
                n += 1


def make(case: Case) -> Made:
    """Paint and send; the bot's own copy was a JPEG in half of the cases."""
    dice = random.Random(zlib.crc32(str(case).encode()))
    clean = photo(case.photo)
    kept = _jpeg(clean, 90) if dice.random() < 0.5 else clean
    shape = SHAPES[case.shape](clean.size, dice)
    truth, ink = shape, shape
    opacity = 1.0
    color = (0, 0, 0) if case.kind == "black" else (PENS | BRIGHT)[case.paint]
    if case.kind == "highlighter":
        color, opacity = PENS[case.paint], dice.choice((0.35, 0.45, 0.55))
    if case.kind == "outline":
        ink = _outline(shape, dice.randrange(7, 15))
        truth = ImageChops.lighter(shape, ink)
    painted = kept.copy()
    soft = ink.filter(ImageFilter.GaussianBlur(0.7)).point(
        [round(value * opacity) for value in range(256)]
    )
    painted.paste(color, mask=soft)
    return Made(kept, WAYS[case.way](painted), truth)


@cache
def photo(name: str) -> Image.Image:
    """A photograph as RGB with its longer side at 1000 px."""
    spec = find_spec("skimage")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("The bench needs the development packages: run it with `make bench`.")
    with Image.open(Path(spec.submodule_search_locations[0]) / "data" / name) as image:
        picture = image.convert("RGB")
    scale = SIDE_PX / max(picture.size)
    size = round(picture.width * scale), round(picture.height * scale)
    return picture.resize(size, Image.Resampling.LANCZOS)


def _blob(size: tuple[int, int], dice: random.Random) -> Image.Image:
    """A smooth shape of one piece, as something in a picture is."""
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    x, y, r = _place(size, dice)
    draw.ellipse((x - r, y - r, x + r, y + r), fill=255)
    for _ in range(4):
        dx, dy, part = dice.uniform(-r, r), dice.uniform(-r, r), r * dice.uniform(0.35, 0.7)
        draw.ellipse((x + dx - part, y + dy - part, x + dx + part, y + dy + part), fill=255)
    return mask.filter(ImageFilter.GaussianBlur(6)).point([0] * 128 + [255] * 128)


def _strokes(size: tuple[int, int], dice: random.Random) -> Image.Image:
    """Filled in by going to and fro with a finger."""
    mask = Image.new("L", size)
    draw = ImageDraw.Draw(mask)
    x, y, r = _place(size, dice)
    width = max(16, round(r * dice.uniform(0.35, 0.6)))
    rows = max(2, round(2 * r / (0.75 * width)))
    points = [
        (x + (-1) ** row * r * dice.uniform(0.75, 1.1), y - r + row * 2 * r / (rows - 1))
        for row in range(rows)
    ]
    draw.line(points, fill=255, width=width, joint="curve")
    for px, py in points:
        draw.ellipse((px - width / 2, py - width / 2, px + width / 2, py + width / 2), fill=255)
    return mask


def _lasso(size: tuple[int, int], dice: random.Random) -> Image.Image:
    """A rough polygon with corners."""
    mask = Image.new("L", size)
    x, y, r = _place(size, dice)
    corners = dice.randrange(5, 10)
    spread = [r * dice.uniform(0.75, 1.2) for _ in range(corners)]
    points = [_around(x, y, spread[n], n / corners) for n in range(corners)]
    ImageDraw.Draw(mask).polygon(points, fill=255)
    return mask


def _box(size: tuple[int, int], dice: random.Random) -> Image.Image:
    mask = Image.new("L", size)
    x, y, r = _place(size, dice)
    wide, high = r * dice.uniform(0.7, 1.3), r * dice.uniform(0.6, 1.0)
    ImageDraw.Draw(mask).rounded_rectangle((x - wide, y - high, x + wide, y + high), 8, fill=255)
    return mask


def _around(x: float, y: float, r: float, turn: float) -> tuple[float, float]:
    return x + r * cos(2 * pi * turn), y + r * sin(2 * pi * turn)


def _place(size: tuple[int, int], dice: random.Random) -> tuple[float, float, float]:
    r = min(size) * dice.uniform(0.1, 0.26)
    return dice.uniform(r, size[0] - r), dice.uniform(r, size[1] - r), r


def _outline(shape: Image.Image, width_px: int) -> Image.Image:
    half = width_px // 2
    outer = shape.filter(ImageFilter.MaxFilter(2 * half + 1))
    return ImageChops.subtract(outer, shape.filter(ImageFilter.MinFilter(2 * half + 1)))


SHAPES: dict[str, Callable[[tuple[int, int], random.Random], Image.Image]] = {
    "blob": _blob,
    "strokes": _strokes,
    "lasso": _lasso,
    "box": _box,
}


def _saved(image: Image.Image, kind: str, **options: int) -> bytes:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def _sent(
    quality: int, change: Callable[[Image.Image], Image.Image] | None = None
) -> Callable[[Image.Image], bytes]:
    def way(image: Image.Image) -> bytes:
        return _saved(change(image) if change else image, "JPEG", quality=quality)

    return way


def _scaled(by: float) -> Callable[[Image.Image], Image.Image]:
    def change(image: Image.Image) -> Image.Image:
        size = round(image.width * by), round(image.height * by)
        return image.resize(size, Image.Resampling.BICUBIC)

    return change


def _cut(left: int, top: int, right: int, bottom: int) -> Callable[[Image.Image], Image.Image]:
    def change(image: Image.Image) -> Image.Image:
        return image.crop((left, top, image.width - right, image.height - bottom))

    return change


def _twice(image: Image.Image) -> Image.Image:
    return _scaled(0.8)(_jpeg(image, 80))


def _toned(image: Image.Image) -> Image.Image:
    tables = (1.0, 0.97, 0.92)
    lifted = [min(255, round(255 * (v / 255) ** 0.88 * t)) for t in tables for v in range(256)]
    return image.point(lifted)


def _vivid(image: Image.Image) -> Image.Image:
    return ImageEnhance.Color(image).enhance(1.25).filter(ImageFilter.UnsharpMask(2, 80, 2))


def _jpeg(image: Image.Image, quality: int) -> Image.Image:
    with Image.open(BytesIO(_saved(image, "JPEG", quality=quality))) as again:
        return again.convert("RGB")


WAYS: dict[str, Callable[[Image.Image], bytes]] = {
    "png": lambda image: _saved(image, "PNG"),
    "jpeg 92": _sent(92),
    "jpeg 75": _sent(75),
    "jpeg 50": _sent(50),
    "0.73x": _sent(80, _scaled(0.73)),
    "half": _sent(85, _scaled(0.5)),
    "third": _sent(70, _scaled(1 / 3)),
    "1.5x": _sent(85, _scaled(1.5)),
    "webp 80": lambda image: _saved(image, "WEBP", quality=80),
    "twice": _sent(60, _twice),
    "toned": _sent(85, _toned),
    "vivid": _sent(85, _vivid),
    "cut 6 px": _sent(85, _cut(0, 6, 0, 0)),
    "cut 2%": _sent(85, _cut(9, 4, 11, 14)),
    "cut and 0.73x": _sent(80, lambda image: _scaled(0.73)(_cut(0, 12, 20, 8)(image))),
}
