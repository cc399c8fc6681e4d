"""A picture of our own to try an edit on, and a mask for the thing in it that can go."""

import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SIZE_PX = (640, 420)
SEED = 7
HORIZON_PX = 290
BALLOON = (288, 36, 388, 144)
BASKET = (324, 172, 352, 192)
MARGIN_PX = 8
SKY_TOP, SKY_LOW = (74, 122, 176), (236, 206, 178)
HILLS = (((96, 118, 92), 250, 34), ((70, 96, 66), 300, 26), ((46, 72, 44), 345, 18))


def draw_demo(folder: Path) -> tuple[Path, Path]:
    """Write a balloon over hills, and the mask that takes it away; the same every time."""
    picture, mask = folder / "demo.png", folder / "demo-mask.png"
    demo_scene(balloon=True).save(picture, "PNG")
    demo_mask().save(mask, "PNG")
    return picture, mask


def draw_middle(out: Path, size: tuple[int, int]) -> Path:
    """Write a mask of this size whose middle is white."""
    width, height = size
    mask = Image.new("L", size)
    box = (width // 3, height // 3, width - width // 3, height - height // 3)
    ImageDraw.Draw(mask).ellipse(box, fill=255)
    mask.save(out, "PNG")
    return out


def demo_scene(*, balloon: bool) -> Image.Image:
    """The hills, with or without the balloon over them."""
    scene = _landscape()
    if balloon:
        _balloon(scene)
    return Image.blend(scene, _grain(), 0.05)


def _landscape() -> Image.Image:
    """Sky that grows lighter downward, and three rows of hills."""
    scene = Image.new("RGB", SIZE_PX)
    pen = ImageDraw.Draw(scene)
    for y in range(SIZE_PX[1]):
        part = min(1.0, y / HORIZON_PX)
        color = tuple(round(a + (b - a) * part) for a, b in zip(SKY_TOP, SKY_LOW, strict=True))
        pen.line(((0, y), (SIZE_PX[0], y)), fill=color)
    dice = random.Random(SEED)  # noqa: S311 (a drawing, no secret)
    for color, height, swing in HILLS:
        pen.polygon(_ridge(dice, height, swing), fill=color)
    return scene.filter(ImageFilter.GaussianBlur(1.2))


def _ridge(dice: random.Random, height: int, swing: int) -> list[tuple[int, int]]:
    width, floor = SIZE_PX
    tops = [(x, height + dice.randint(-swing, swing)) for x in range(0, width + 80, 80)]
    return [(0, floor), *tops, (width, floor)]


def _balloon(scene: Image.Image) -> None:
    pen = ImageDraw.Draw(scene)
    left, top, right, bottom = BALLOON
    pen.ellipse(BALLOON, fill=(196, 58, 48))
    pen.ellipse((left + 32, top, right - 32, bottom), fill=(232, 196, 92))
    for x, end in ((left + 22, BASKET[0]), (right - 22, BASKET[2])):
        pen.line(((x, bottom - 14), (end, BASKET[1])), fill=(70, 54, 44), width=2)
    pen.rectangle(BASKET, fill=(110, 78, 50))


def demo_mask() -> Image.Image:
    """White over the balloon and a little around it."""
    mask = Image.new("L", SIZE_PX)
    box = (
        min(BALLOON[0], BASKET[0]) - MARGIN_PX,
        BALLOON[1] - MARGIN_PX,
        max(BALLOON[2], BASKET[2]) + MARGIN_PX,
        BASKET[3] + MARGIN_PX,
    )
    ImageDraw.Draw(mask).rounded_rectangle(box, radius=40, fill=255)
    return mask


def _grain() -> Image.Image:
    """Without it every fill of a drawn sky would look flat."""
    dice = random.Random(SEED)  # noqa: S311 (a drawing, no secret)
    width, height = SIZE_PX
    return Image.frombytes("RGB", SIZE_PX, dice.randbytes(width * height * 3))
