"""Pictures for `/help`: how to say where, drawn here so that they can never be out of date."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.imaging.demo import demo_mask, demo_scene

TILE_PX = (420, 276)
CAPTION_PX = 54
GAP_PX = 14
FONT_PX = 29
GROUND, INK = (43, 45, 49), (235, 236, 240)
CHECK_PX = 12
CHECKS = ((255, 255, 255), (204, 204, 204))
QUALITY = 82

Tile = tuple[str, Image.Image]


def draw_howto(name: str, target: Path) -> Path:
    """Write one of the pictures as WebP; a half-written one is never seen."""
    part = target.with_suffix(".part")
    _strip(HOWTOS[name]()).save(part, "WEBP", quality=QUALITY)
    return part.replace(target)


def _mask_file() -> Sequence[Tile]:
    return (
        ("1  Your picture", demo_scene(balloon=True)),
        ("2  Your mask: white changes", demo_mask().convert("RGB")),
        ("3  What comes back", demo_scene(balloon=False)),
    )


def _hole() -> Sequence[Tile]:
    return (
        ("1  That part erased", _erased()),
        ("2  What comes back", demo_scene(balloon=False)),
    )


HOWTOS: Mapping[str, Callable[[], Sequence[Tile]]] = {"mask": _mask_file, "hole": _hole}


def _erased() -> Image.Image:
    """The picture with a hole, drawn as programs show one."""
    scene = demo_scene(balloon=True)
    checks = Image.new("RGB", scene.size, CHECKS[0])
    pen = ImageDraw.Draw(checks)
    for x in range(0, scene.width, CHECK_PX):
        for y in range((x // CHECK_PX % 2) * CHECK_PX, scene.height, 2 * CHECK_PX):
            pen.rectangle((x, y, x + CHECK_PX - 1, y + CHECK_PX - 1), fill=CHECKS[1])
    return Image.composite(checks, scene, demo_mask())


def _strip(tiles: Sequence[Tile]) -> Image.Image:
    """Tiles side by side, each under its caption."""
    width, height = TILE_PX
    size = (GAP_PX + len(tiles) * (width + GAP_PX), CAPTION_PX + height + GAP_PX)
    strip = Image.new("RGB", size, GROUND)
    pen, font = ImageDraw.Draw(strip), ImageFont.load_default(FONT_PX)
    for n, (caption, picture) in enumerate(tiles):
        left = GAP_PX + n * (width + GAP_PX)
        pen.text((left, CAPTION_PX / 2), caption, fill=INK, font=font, anchor="lm")
        strip.paste(picture.resize(TILE_PX, Image.Resampling.LANCZOS), (left, CAPTION_PX))
    return strip
