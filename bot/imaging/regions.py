"""What a member writes to say where, as values; `draw` makes them masks.

Parts of a picture are fractions (0..1) from its left and top edge.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import Image

from bot.domain import MaskSource
from bot.errors import BadMask
from bot.imaging.placewords import PlaceUnknown, named_part

LENGTH_MAX = 200
GRID = 5
COLUMNS = "abcde"

_NUMBER = r"-?[0-9]{1,6}(?:\.[0-9]{1,6})?"
_CELL = r"[a-z][0-9]{1,3}(?:\.[a-z][0-9]{1,3})?"
_CELLS = re.compile(rf"{_CELL}(?:\s*-\s*{_CELL})?(?:[\s,;+]+{_CELL}(?:\s*-\s*{_CELL})?)*")
_CELL_RANGE = re.compile(rf"({_CELL})(?:\s*-\s*({_CELL}))?")
_EARLIER = re.compile(
    r"(same|inverse|inverted|invert|opposite)"
    r"(?: (?:mask|place|part|again|as|of|to|edit|task))*(?: ([0-9a-hjkmnp-tv-z]{10}))?"
)
_PREFIX = re.compile(r"(?:add|expand|extend|outpaint|out)\b[:,]?\s*")
_SIDE = r"(left|right|up|down|top|bottom|all|around|every side|each side|all sides)"
_SIDES = re.compile(rf"(?:{_SIDE}\s*({_NUMBER})\s*%?|({_NUMBER})\s*%?\s*{_SIDE})(?:\s*,|\s+|$)")
_FOUR = re.compile(rf"({_NUMBER}) ({_NUMBER}) ({_NUMBER}) ({_NUMBER})")
_CORNERS = re.compile(rf"({_NUMBER}) ({_NUMBER}) to ({_NUMBER}) ({_NUMBER})")
_RANGES = re.compile(rf"({_NUMBER}) until ({_NUMBER}) ({_NUMBER}) until ({_NUMBER})")
_DASH = re.compile(r"(?<=[\d%])\s*-\s*(?=\d)", re.ASCII)

UNKNOWN = (
    "I do not understand the place “{}”. Write it like `top left`, `center 40%`, `left half`, "
    "`10% 20% 50% 60%` (left, top, width, height), `B2, C2-D3` (cells) or `left 25%, up 10%` "
    "(adds room there)."
)
EMPTY = "`where` is empty. Write a place like `top left`, `center 40%` or `10% 20% 50% 60%`."
TOO_LONG = f"`where` is too long. At most {LENGTH_MAX} characters, please."
NO_CELL = "There is no cell {}: the columns are A to E, the rows 1 to 5."
OUTSIDE = "The box {} reaches outside the picture: everything lies between 0% and 100%.{}"
AS_CORNERS = " If those are two corners, write `{:g}% {:g}% to {:g}% {:g}%`."
NO_AREA = "The box {} is empty: it needs a width and a height."
SIDE_RANGE = "I can add more than 0% and at most 100% of the picture at each side, not {:g}%."


@dataclass(frozen=True, slots=True)
class Box:
    """A part of the picture, edges as fractions of its width and height."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Boxes:
    """All that lies in one of the boxes; said as BOX or as CELLS."""

    boxes: tuple[Box, ...]
    source: MaskSource


@dataclass(frozen=True, slots=True)
class Sides:
    """Room to add at each side, as fractions (0..1) of the picture's width or height."""

    left: float = 0.0
    top: float = 0.0
    right: float = 0.0
    bottom: float = 0.0

    def margins(self, size: tuple[int, int]) -> tuple[int, int, int, int]:
        """The same in pixels, left, top, right, bottom; what was asked for is at least one."""
        parts = (self.left, self.top, self.right, self.bottom)
        lengths = (size[0], size[1], size[0], size[1])
        return _four(
            max(1, round(part * length)) if part else 0
            for part, length in zip(parts, lengths, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Earlier:
    """What an earlier task marked, or all the rest; no `task_id`: of the parent."""

    inverted: bool
    task_id: str | None = None


Where = Boxes | Sides | Earlier


def parse_where(text: str) -> Where:
    """Read what a member wrote. Raises BadMask with a sentence that says how to write it."""
    if len(text) > LENGTH_MAX:
        raise BadMask(TOO_LONG)
    plain = _plain(text)
    if not plain:
        raise BadMask(EMPTY)
    if found := _EARLIER.fullmatch(plain):
        return Earlier(found[1] != "same", found[2])
    if _CELLS.fullmatch(plain):
        return Boxes(tuple(_cells(plain)), MaskSource.CELLS)
    return _sides(plain) or Boxes(tuple(_boxes(plain, text)), MaskSource.BOX)


def cell_box(cell: str) -> Box:
    """The part of a cell such as "B2", or "B2.C3" within it. Raises BadMask."""
    left, top, size = 0.0, 0.0, 1.0
    for name in cell.lower().split("."):
        column, row = COLUMNS.find(name[0]), int(name[1:])
        if column < 0 or not 1 <= row <= GRID:
            raise BadMask(NO_CELL.format(cell.upper()))
        size /= GRID
        left, top = left + column * size, top + (row - 1) * size
    return Box(left, top, left + size, top + size)


def draw(boxes: Iterable[Box], size: tuple[int, int]) -> Image.Image:
    """A mask of `size` (L, 255 in the boxes); a box is never thinner than a pixel."""
    mask = Image.new("L", size)
    for box in boxes:
        left, right = _span(box.left, box.right, size[0])
        top, bottom = _span(box.top, box.bottom, size[1])
        mask.paste(255, (left, top, right, bottom))
    return mask


def _span(first: float, last: float, length_px: int) -> tuple[int, int]:
    begin = min(round(first * length_px), length_px - 1)
    return begin, max(begin + 1, round(last * length_px))


def _plain(text: str) -> str:
    lowered = re.sub(r"[\u2010-\u2015\u2212]", "-", text.lower()).replace("×", " x ")
    return re.sub(r"\s+", " ", lowered).strip(" .,;")


def _cells(plain: str) -> Iterator[Box]:
    for first, last in _CELL_RANGE.findall(plain):
        inner = first.split(".")[0] + "." if "." in first and "." not in last else ""
        yield _around(cell_box(first), cell_box(inner + last) if last else cell_box(first))


def _around(a: Box, b: Box) -> Box:
    return Box(
        min(a.left, b.left), min(a.top, b.top), max(a.right, b.right), max(a.bottom, b.bottom)
    )


def _sides(plain: str) -> Sides | None:
    text = _PREFIX.sub("", plain, count=1).replace(" and ", ", ")
    found, at = dict[str, float](), 0
    while match := _SIDES.match(text, at):
        name, value = match[1] or match[4], float(match[2] or match[3])
        if not 0 < value <= 100:
            raise BadMask(SIDE_RANGE.format(value))
        for side in _side_names(name):
            found[side] = value / 100
        at = match.end() + len(text[match.end() :]) - len(text[match.end() :].lstrip())
    return Sides(**found) if found and at == len(text) else None


def _side_names(name: str) -> tuple[str, ...]:
    match name:
        case "up" | "top":
            return ("top",)
        case "down" | "bottom":
            return ("bottom",)
        case "left" | "right":
            return (name,)
        case _:
            return ("left", "top", "right", "bottom")


def _boxes(plain: str, text: str) -> Iterator[Box]:
    for part in re.split(r"\s*(?:;|\+|\band\b)\s*", plain):
        ranged = _DASH.sub(" until ", part)
        numbers = re.sub(r"\s+", " ", re.sub(r"[%,]|percent", " ", ranged)).strip()
        if re.fullmatch(r"(?:[-0-9. ]|to|until)+", numbers):
            yield _typed(numbers, text)
        else:
            for piece in part.split(","):
                yield _named(piece.strip(), text)


def _typed(numbers: str, text: str) -> Box:
    if found := _CORNERS.fullmatch(numbers):
        left, top, right, bottom = map(float, found.groups())
    elif found := _FOUR.fullmatch(numbers):
        left, top, width, height = map(float, found.groups())
        right, bottom = left + width, top + height
    elif found := _RANGES.fullmatch(numbers):
        left, right, top, bottom = map(float, found.groups())
    else:
        raise BadMask(UNKNOWN.format(_quoted(text)))
    return _checked((left, top, right, bottom), _FOUR.fullmatch(numbers) is not None)


def _checked(edges: tuple[float, float, float, float], was_size: bool) -> Box:
    left, top, right, bottom = edges
    said = f"{left:g}% {top:g}% to {right:g}% {bottom:g}%"
    if right <= left or bottom <= top:
        raise BadMask(NO_AREA.format(said))
    if min(edges) < 0 or max(edges) > 100:
        corners = (left, top, right - left, bottom - top)
        meant = was_size and corners[0] < corners[2] <= 100 and corners[1] < corners[3] <= 100
        raise BadMask(OUTSIDE.format(said, AS_CORNERS.format(*corners) if meant else ""))
    return Box(left / 100, top / 100, right / 100, bottom / 100)


def _named(piece: str, text: str) -> Box:
    try:
        left, top, right, bottom = named_part(piece)
    except PlaceUnknown as error:
        raise BadMask(UNKNOWN.format(_quoted(text))) from error
    return _checked((left * 100, top * 100, right * 100, bottom * 100), False)


def _quoted(text: str) -> str:
    kept = re.sub(r"[`*_~|<>@\[\]:\s]+", " ", text).strip()
    return kept if len(kept) <= 60 else kept[:59] + "…"


def _four(values: Iterable[int]) -> tuple[int, int, int, int]:
    left, top, right, bottom = values
    return left, top, right, bottom
