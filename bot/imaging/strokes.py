"""What was done on the painting page, as a list of operations; read, checked, not yet drawn.

The document is JSON: `{"size": [width, height], "operations": [...]}`, all lengths in pixels of the
picture. An operation has a type `t`; `e` is 1 where it erases; `r` is a radius; `p` is a flat list
of numbers, x before y:

    {"t": "s", "r": 24.5, "p": [x, y, ...]}            a stroke of the brush
    {"t": "b", "p": [left, top, right, bottom]}        a box
    {"t": "l", "p": [x, y, ...]}                       a lasso, even-odd
    {"t": "m", "p": [dx, dy]}                          everything marked so far moves, whole pixels
    {"t": "k"}                                         the mask that the draft already had
    {"t": "i"}   {"t": "c"}                            invert, clear
"""

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn, cast

from bot.errors import BadMask

DOCUMENT_MAX_BYTES = 2 * 1024 * 1024
OPERATIONS_MAX = 2000
NUMBERS_MAX = 200_000
RADIUS_MIN_PX = 0.5
KEPT = "Nothing was charged, and your drawing is still here."
TOO_MANY = f"That is more drawing than I can take ({{}}). Undo some of it. {KEPT}"

Points = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Stroke:
    """A round brush moved along a line; `points` are x, y, x, y ..."""

    points: Points
    radius_px: float
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """All pixels whose middle lies inside."""

    left: float
    top: float
    right: float
    bottom: float
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Lasso:
    """A closed line; what it goes around an even number of times is not inside."""

    points: Points
    erases: bool = False


@dataclass(frozen=True, slots=True)
class Move:
    """Everything marked so far moves; what leaves the picture is gone."""

    across_px: int
    down_px: int


@dataclass(frozen=True, slots=True)
class Keep:
    """The mask that was there when the page was opened."""


@dataclass(frozen=True, slots=True)
class Invert:
    """Marked and not marked change places."""


@dataclass(frozen=True, slots=True)
class Clear:
    """Nothing is marked any more."""


Operation = Stroke | Box | Lasso | Move | Keep | Invert | Clear


def parse(document: str | bytes, size: tuple[int, int]) -> tuple[Operation, ...]:
    """Read a document for a picture of this size. Raises BadMask for whatever does not fit."""
    if len(document) > DOCUMENT_MAX_BYTES:
        raise BadMask(TOO_MANY.format(f"over {DOCUMENT_MAX_BYTES // 1024**2} MiB"))
    try:
        sheet = json.loads(document)
    except (ValueError, RecursionError) as error:
        _refuse(str(error))
    if not isinstance(sheet, dict):
        _refuse("no object")
    return _operations(cast("dict[str, Any]", sheet), size)


def _operations(sheet: Mapping[str, Any], size: tuple[int, int]) -> tuple[Operation, ...]:
    if sheet.get("size") != list(size):
        raise BadMask(f"This drawing is for a picture of another size. Reload the page. {KEPT}")
    listed = sheet.get("operations")
    if not isinstance(listed, list):
        _refuse("no operations")
    operations = cast("list[Any]", listed)
    if len(operations) > OPERATIONS_MAX:
        raise BadMask(TOO_MANY.format(f"{len(operations):,} steps, {OPERATIONS_MAX:,} at most"))
    reader = _Reader(size)
    return tuple(reader.read(each) for each in operations)


@dataclass(slots=True)
class _Reader:
    """Reads one operation after the other and counts their numbers."""

    size: tuple[int, int]
    numbers: int = 0

    def read(self, given: object) -> Operation:
        """Give back one operation."""
        if not isinstance(given, dict):
            _refuse("an operation is no object")
        operation = cast("dict[str, Any]", given)
        kind = operation.get("t")
        if not isinstance(kind, str) or kind not in _READ:
            _refuse("an operation of an unknown type")
        return _READ[kind](self, operation)

    def points(self, operation: Mapping[str, Any], at_least: int) -> Points:
        """The flat list, each number at most one picture away from the picture."""
        listed = operation.get("p")
        if not isinstance(listed, list):
            _refuse("no points")
        flat = cast("list[Any]", listed)
        self.numbers += len(flat)
        if self.numbers > NUMBERS_MAX:
            raise BadMask(TOO_MANY.format(f"over {NUMBERS_MAX:,} numbers"))
        if len(flat) < at_least or len(flat) % 2:
            _refuse(f"{len(flat)} numbers")
        across, down = self.size
        return (*_pairs(flat, across, down),)

    def stroke(self, operation: Mapping[str, Any]) -> Stroke:
        """A stroke."""
        radius = _number(operation.get("r"), RADIUS_MIN_PX, max(self.size))
        return Stroke(self.points(operation, 2), radius, _erases(operation))

    def box(self, operation: Mapping[str, Any]) -> Box:
        """A box."""
        sides = self.points(operation, 4)
        if len(sides) != 4 or sides[0] > sides[2] or sides[1] > sides[3]:
            _refuse("no box")
        return Box(*sides, erases=_erases(operation))

    def lasso(self, operation: Mapping[str, Any]) -> Lasso:
        """A lasso."""
        return Lasso(self.points(operation, 6), _erases(operation))

    def move(self, operation: Mapping[str, Any]) -> Move:
        """A move; whole pixels, so that it is the same wherever it is drawn."""
        by = self.points(operation, 2)
        if len(by) != 2 or any(number != int(number) for number in by):
            _refuse("no move")
        return Move(int(by[0]), int(by[1]))


_READ: Mapping[str, Callable[[_Reader, Mapping[str, Any]], Operation]] = {
    "s": _Reader.stroke,
    "b": _Reader.box,
    "l": _Reader.lasso,
    "m": _Reader.move,
    "k": lambda _reader, _operation: Keep(),
    "i": lambda _reader, _operation: Invert(),
    "c": lambda _reader, _operation: Clear(),
}


def _pairs(flat: list[Any], across: int, down: int) -> list[float]:
    return [
        _number(value, -down, 2 * down) if n % 2 else _number(value, -across, 2 * across)
        for n, value in enumerate(flat)
    ]


def _number(value: object, low: float, high: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse("a number is none")
    # NaN is not between anything; a huge whole number is compared before it is made a float.
    if not low <= value <= high or not math.isfinite(value):
        _refuse("a number out of range")
    return float(value)


def _erases(operation: Mapping[str, Any]) -> bool:
    erases = operation.get("e", 0)
    if erases not in (0, 1):
        _refuse("neither drawn nor erased")
    return bool(erases)


def _refuse(why: str) -> NoReturn:
    raise BadMask(
        f"I cannot read this drawing. Reload the page and try again. {KEPT}",
        log=f"strokes: {why[:200]}",
    )
