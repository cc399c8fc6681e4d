"""The grid of cells that a member picks from, drawn on the picture; one cell may be zoomed into.

A cell is "B2": column A to E, row 1 to 5. A cell within it is "B2.C3".
"""

from collections.abc import Iterable
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from bot.imaging.overlay import draw_tint, flatten, save_small
from bot.imaging.regions import COLUMNS, GRID, Box, cell_box, draw
from bot.imaging.store import read_stored

SIDE_PX = 1280
# A zoomed cell is enlarged, so that its own cells can be told apart.
SIDE_ZOOMED_MIN_PX = 640
LABEL_PART, LABEL_MIN_PX, LABEL_MAX_PX = 0.3, 10, 48
WHOLE = Box(0, 0, 1, 1)


def cell_names(within: str = "") -> list[str]:
    """All cells of a level, row by row; `within` is the cell that was zoomed into."""
    prefix = f"{within}." if within else ""
    rows, columns = range(1, GRID + 1), COLUMNS.upper()
    return [f"{prefix}{column}{row}" for row in rows for column in columns]


def draw_grid(picture: Path, out: Path, picked: tuple[str, ...] = (), within: str = "") -> Path:
    """A JPEG of at most 1 MB: the picture or one cell of it, its cells named, the picked tinted.

    Raises BadMask for a cell that is not there, or PictureLost.
    """
    part = cell_box(within) if within else WHOLE
    image = _cut(flatten(read_stored(picture)), part, zoomed=bool(within))
    if picked:
        draw_tint(image, draw((_relative(cell_box(name), part) for name in picked), image.size))
    _draw_lines(image)
    _draw_names(image)
    return save_small(image, out)


def _cut(image: Image.Image, part: Box, *, zoomed: bool) -> Image.Image:
    edges = (
        part.left * image.width,
        part.top * image.height,
        part.right * image.width,
        part.bottom * image.height,
    )
    wide, high = edges[2] - edges[0], edges[3] - edges[1]
    scale = min(1.0, SIDE_PX / max(wide, high))
    if zoomed:
        scale = max(scale, SIDE_ZOOMED_MIN_PX / max(wide, high))
    size = max(GRID, round(wide * scale)), max(GRID, round(high * scale))
    return image.resize(size, Image.Resampling.BICUBIC, box=edges, reducing_gap=2.0)


def _relative(cell: Box, part: Box) -> Box:
    """The cell as a part of the part, as far as it lies in it."""
    wide, high = part.right - part.left, part.bottom - part.top

    def across(x: float) -> float:
        return min(1.0, max(0.0, (x - part.left) / wide))

    def down(y: float) -> float:
        return min(1.0, max(0.0, (y - part.top) / high))

    return Box(across(cell.left), down(cell.top), across(cell.right), down(cell.bottom))


def _draw_lines(image: Image.Image) -> None:
    on = ImageDraw.Draw(image)
    for line in _lines(image.size):
        on.line(line, fill=(0, 0, 0), width=3)
    for line in _lines(image.size):
        on.line(line, fill=(255, 255, 255), width=1)


def _lines(size: tuple[int, int]) -> Iterable[tuple[int, int, int, int]]:
    for n in range(1, GRID):
        x, y = round(n * size[0] / GRID), round(n * size[1] / GRID)
        yield x, 0, x, size[1]
        yield 0, y, size[0], y


def _draw_names(image: Image.Image) -> None:
    shorter = min(image.size) / GRID
    size_px = min(LABEL_MAX_PX, max(LABEL_MIN_PX, LABEL_PART * shorter))
    font = ImageFont.load_default(size_px)
    on = ImageDraw.Draw(image)
    for name in cell_names():
        box = cell_box(name)
        middle = (
            (box.left + box.right) / 2 * image.width,
            (box.top + box.bottom) / 2 * image.height,
        )
        # Its rim makes a name readable on any ground.
        on.text(
            middle, name, fill=(255, 255, 255), font=font, anchor="mm",
            stroke_width=max(1, round(size_px / 12)), stroke_fill=(0, 0, 0),
        )  # fmt: skip
