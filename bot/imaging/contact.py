"""Small pictures beside each other, each with its number: a contact sheet."""

import math
from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.errors import PictureLost
from bot.imaging.overlay import flatten, save_small
from bot.imaging.store import read_stored

TILE_PX, GAP_PX, TAB_PX, FONT_PX = 300, 12, 40, 26
GROUND, INK = (30, 31, 34), (242, 243, 245)


def draw_contact_sheet(numbered: Sequence[tuple[int, Path]], out: Path) -> list[int]:
    """Draw a JPEG of at most 1 MB; the answer is which numbers are on it.

    One that cannot be read is left out. Raises PictureLost where none can.
    """
    tiles = {number: tile for number, path in numbered if (tile := _tile(path))}
    if not tiles:
        raise PictureLost(log="no picture of a contact sheet can be read")
    columns = math.ceil(math.sqrt(len(tiles)))
    placed = list(tiles.items())
    rows = [placed[at : at + columns] for at in range(0, len(placed), columns)]
    # A row is as high as its pictures, so that wide ones leave no empty bands.
    heights = [max(TAB_PX, *(tile.height for _, tile in row)) for row in rows]
    width = columns * (TILE_PX + GAP_PX) + GAP_PX
    sheet = Image.new("RGB", (width, sum(heights) + GAP_PX * (len(rows) + 1)), GROUND)
    top = GAP_PX
    for row, height in zip(rows, heights, strict=True):
        for place, (number, tile) in enumerate(row):
            left = GAP_PX + place * (TILE_PX + GAP_PX)
            middle = left + (TILE_PX - tile.width) // 2, top + (height - tile.height) // 2
            sheet.paste(tile, middle)
            _tab(sheet, left, top, number)
        top += height + GAP_PX
    save_small(sheet, out)
    return list(tiles)


def _tile(path: Path) -> Image.Image | None:
    try:
        image = read_stored(path)
    except PictureLost:
        return None
    scale = min(1.0, TILE_PX / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return flatten(image.resize(size, Image.Resampling.BOX, reducing_gap=2.0))


def _tab(sheet: Image.Image, left: int, top: int, number: int) -> None:
    on, font = ImageDraw.Draw(sheet), ImageFont.load_default(FONT_PX)
    on.rectangle((left, top, left + TAB_PX, top + TAB_PX), fill=GROUND)
    on.text((left + TAB_PX / 2, top + TAB_PX / 2), str(number), fill=INK, font=font, anchor="mm")
