"""What is a mask and what is a photo, as a table of both."""

from functools import cache
from io import BytesIO

import pytest
from PIL import Image, ImageDraw, ImageFilter
from skimage import data

from bot.imaging.tones import mask_tones
from tests import assets

SIZE_PX = (512, 384)
PHOTOS = (
    *("astronaut", "brick", "camera", "cell", "chelsea", "clock", "coffee", "coins"),
    *("grass", "gravel", "hubble_deep_field", "immunohistochemistry", "moon", "page", "rocket"),
    "text",
)


def _box() -> Image.Image:
    return assets.mask(*SIZE_PX)


def _ellipse() -> Image.Image:
    mask = Image.new("L", SIZE_PX)
    ImageDraw.Draw(mask).ellipse((100, 75, 350, 325), fill=255)
    return mask


def _scribble() -> Image.Image:
    mask = Image.new("L", SIZE_PX)
    points = [(n * 197 % SIZE_PX[0], n * 131 % SIZE_PX[1]) for n in range(12)]
    ImageDraw.Draw(mask).line(points, fill=255, width=20, joint="curve")
    return mask


SHAPES = {"box": _box, "ellipse": _ellipse, "scribble": _scribble}


def _jpeg(mask: Image.Image, quality: int) -> Image.Image:
    with Image.open(BytesIO(assets.encoded(mask, "JPEG", quality=quality))) as image:
        image.load()
        return image.convert("RGB")


def _ring(mask: Image.Image) -> Image.Image:
    """A feather of half gray around it."""
    ring = mask.filter(ImageFilter.MaxFilter(21)).point([0] + [128] * 255)
    ring.paste(255, mask=mask)
    return ring


def _blurred(mask: Image.Image, radius_px: int) -> Image.Image:
    return mask.filter(ImageFilter.GaussianBlur(radius_px))


SOFTENED = {
    "as it is": lambda mask: mask,
    "antialiased": lambda mask: mask.resize((256, 192), Image.Resampling.LANCZOS),
    "enlarged": lambda mask: mask.resize((64, 48)).resize(SIZE_PX, Image.Resampling.BICUBIC),
    **{f"blurred by {n} px": lambda mask, n=n: _blurred(mask, n) for n in (2, 5, 10, 20)},
    **{f"JPEG at {n}": lambda mask, n=n: _jpeg(mask, n) for n in (95, 75, 30, 10)},
    "blurred, then JPEG": lambda mask: _jpeg(_blurred(mask, 10), 50),
    "a ring of half gray": _ring,
    "half gray": lambda mask: mask.point([0] * 128 + [128] * 128),
    "dark gray and light gray": lambda mask: mask.point([20] * 128 + [235] * 128),
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("softened", SOFTENED)
def test_a_mask_may_be_soft(shape: str, softened: str) -> None:
    assert mask_tones(SOFTENED[softened](SHAPES[shape]())) is None


@cache
def _photo(name: str) -> Image.Image:
    photo = Image.fromarray(getattr(data, name)())
    photo.thumbnail((640, 640))
    return photo.convert("RGB") if photo.mode != "L" else photo


def _painted(photo: Image.Image, part: int) -> Image.Image:
    """White over the middle, `part` hundredths of each side."""
    copy = photo.convert("RGB")
    across, down = copy.width * (100 - part) // 200, copy.height * (100 - part) // 200
    box = (across, down, copy.width - across, copy.height - down)
    ImageDraw.Draw(copy).ellipse(box, fill="white")
    return copy


@pytest.mark.parametrize("name", PHOTOS)
def test_a_photo_is_no_mask(name: str) -> None:
    part = mask_tones(_photo(name))
    assert part is not None
    assert part < 0.95
    assert mask_tones(_photo(name).convert("L")) is not None


@pytest.mark.parametrize("name", ["astronaut", "camera", "chelsea", "coffee"])
@pytest.mark.parametrize("part", [20, 50, 75])
def test_a_painted_copy_is_no_mask_yet(name: str, part: int) -> None:
    assert mask_tones(_painted(_photo(name), part)) is not None


@pytest.mark.parametrize("ground", ["white", "#313338"], ids=["light", "dark"])
def test_a_screenshot_is_no_mask(ground: str) -> None:
    shot = Image.new("RGB", (800, 600), ground)
    pen = ImageDraw.Draw(shot)
    for y in range(20, 580, 14):
        pen.text((20, y), "The quick brown fox jumps over the lazy dog. " * 3, fill="gray")
    assert mask_tones(shot) is not None


def test_only_what_is_opaque_counts() -> None:
    sheet = _photo("astronaut").convert("RGBA")
    sheet.paste((0, 0, 0, 255), (0, 0, 200, 200))
    solid = Image.new("L", sheet.size)
    solid.paste(255, (0, 0, 200, 200))
    assert mask_tones(sheet, solid) is None
    assert mask_tones(sheet) is not None
