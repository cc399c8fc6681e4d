"""Before, mask and after in one picture, each named, small enough to post."""

from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.imaging.masks import load_mask
from bot.imaging.overlay import draw_tint, flatten, save_small
from bot.imaging.store import read_stored

SIDE_MAX_PX = 900
GAP_PX, LABEL_PX, FONT_PX = 12, 36, 22
# Wider pictures than this stand below each other, which a phone shows larger.
WIDE_FROM = 1.25
GROUND, INK = (30, 31, 34), (242, 243, 245)
LABELS = ("Before", "Mask", "After")


def draw_comparison(before: Path, mask: Path, after: Path, out: Path) -> Path:
    """A JPEG of at most 1 MB. Raises PictureLost."""
    original = read_stored(before)
    marked = load_mask(mask, original.size)
    first = _small(flatten(original))
    second = first.copy()
    draw_tint(second, marked.resize(first.size, Image.Resampling.NEAREST))
    last = _small(flatten(read_stored(after))).resize(first.size)
    return save_small(_beside((first, second, last)), out)


def _small(image: Image.Image) -> Image.Image:
    scale = min(1.0, SIDE_MAX_PX / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.BOX, reducing_gap=2.0)


def _beside(panels: tuple[Image.Image, ...]) -> Image.Image:
    """All of one size: in a row, or below each other where they are wide."""
    width, height = panels[0].size
    stacked = width > WIDE_FROM * height
    across, down = width + GAP_PX, height + LABEL_PX + GAP_PX
    columns, lines = (1, len(panels)) if stacked else (len(panels), 1)
    sheet = Image.new("RGB", (columns * across + GAP_PX, lines * down + GAP_PX), GROUND)
    on, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_PX)
    for n, (label, panel) in enumerate(zip(LABELS, panels, strict=True)):
        left, top = GAP_PX + n * across * (not stacked), GAP_PX + n * down * stacked
        on.text((left, top + LABEL_PX / 2), label, fill=INK, font=font, anchor="lm")
        sheet.paste(panel, (left, top + LABEL_PX))
    return sheet
