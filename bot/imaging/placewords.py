"""Places in words, such as "top left", "center 40%" or "bottom third"; pure."""

import re
from collections.abc import Sequence

ACROSS = {"left": 0.0, "right": 1.0}
DOWN = {"top": 0.0, "upper": 0.0, "bottom": 1.0, "lower": 1.0}
CENTERS = frozenset({"center", "centre", "middle"})
STRIPS = frozenset({"row", "column"})
FRACTIONS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5}
TIMES = {"one": 1, "two": 2, "three": 3, "four": 4}
ALL = frozenset({"all", "everything", "everywhere", "whole"})
DIGITS = frozenset("0123456789")
FILLERS = frozenset({"the", "of", "in", "at", "on", "side", "corner", "part", "picture", "x", "by"})
_WORD = re.compile(r"[0-9]{1,6}(?:\.[0-9]{1,6})?\s*%?|[a-z]+|\S")


class PlaceUnknown(ValueError):
    """The words name no place."""


def named_part(text: str) -> tuple[float, float, float, float]:
    """Left, top, right, bottom as fractions of the picture; sizes that do not fit go beyond 1.

    Raises PlaceUnknown.
    """
    words = [word for word in _WORD.findall(text.replace("-", " ")) if word not in FILLERS]
    if words and set(words) <= ALL:
        return 0.0, 0.0, 1.0, 1.0
    sizes = [float(word.rstrip("% ")) / 100 for word in words if word[0] in DIGITS]
    names = [word.removesuffix("s") for word in words if word[0] not in DIGITS]
    if len(sizes) > 2 or not names:
        raise PlaceUnknown(text)
    h, v, rest = _place(names)
    width, height = _size(h, v, sizes, rest, text)
    left, top = _first(h, width), _first(v, height)
    return left, top, left + width, top + height


def _place(names: Sequence[str]) -> tuple[float | None, float | None, list[str]]:
    """Where it lies across and down (0, 0.5, 1; None: not said), and the other words."""
    h = [ACROSS[name] for name in names if name in ACROSS]
    v = [DOWN[name] for name in names if name in DOWN]
    centered = any(name in CENTERS for name in names)
    rest = [n for n in names if n not in ACROSS and n not in DOWN and n not in CENTERS]
    if len(h) > 1 or len(v) > 1 or not (h or v or centered):
        raise PlaceUnknown(" ".join(names))
    if centered and rest and rest[-1] in STRIPS:
        return (0.5, None, rest) if rest[-1] == "column" else (None, 0.5, rest)
    middle = 0.5 if centered else None
    return h[0] if h else middle, v[0] if v else middle, rest


def _size(
    h: float | None, v: float | None, sizes: list[float], rest: list[str], text: str
) -> tuple[float, float]:
    if sizes:
        if rest or h is None or v is None:
            raise PlaceUnknown(text)
        return sizes[0], sizes[-1]
    part = _fraction(rest, text)
    if h is not None and v is not None:
        # A quarter at a corner is a half each way.
        side = part if rest != ["quarter"] else 1 / 2
        return side, side
    return (part, 1.0) if h is not None else (1.0, part)


def _fraction(rest: list[str], text: str) -> float:
    match rest:
        case []:
            return 1 / 2
        case [name] if name in STRIPS:
            return 1 / 3
        case [name] if name in FRACTIONS:
            return FRACTIONS[name]
        case [times, name] if times in TIMES and name in FRACTIONS:
            return TIMES[times] * FRACTIONS[name]
        case _:
            raise PlaceUnknown(text)


def _first(place: float | None, length: float) -> float:
    return 0.0 if place is None else place * (1 - length)
