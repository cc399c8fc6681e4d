"""One measured figure with its aim, and the table of them; pure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

HEAD = ("part", "what", "figure", "aim", "holds")


@dataclass(frozen=True, slots=True)
class Aim:
    """The bound that a figure is held against: `at_most`, else `at_least`."""

    bound: float
    unit: str = ""
    is_most: bool = True

    def holds(self, value: float) -> bool:
        """Whether the figure is within it."""
        return value <= self.bound if self.is_most else value >= self.bound

    def __str__(self) -> str:
        return f"{'≤' if self.is_most else '≥'} {shown(self.bound)}{_unit(self.unit)}"


@dataclass(frozen=True, slots=True)
class Figure:
    """What was measured; without an aim it is there to be read."""

    part: str
    what: str
    value: float
    unit: str = ""
    aim: Aim | None = None

    @property
    def holds(self) -> bool:
        """Whether it is as it should be; what has no aim always is."""
        return self.aim is None or self.aim.holds(self.value)


class Skipped(Exception):
    """A part that this machine cannot measure; the text says why."""


def at_most(bound: float, unit: str = "") -> Aim:
    """A figure that should not be above this."""
    return Aim(bound, unit)


def at_least(bound: float, unit: str = "") -> Aim:
    """A figure that should not be below this."""
    return Aim(bound, unit, is_most=False)


def table(figures: Iterable[Figure]) -> str:
    """All figures under each other."""
    rows = [HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = [_line(row, widths) for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def shown(value: float) -> str:
    """Three digits that count, and no more."""
    if value == int(value) or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def percentile(values: Sequence[float], part: float) -> float:
    """The value that `part` (0..1) of all are not above."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(part * len(ordered)) - 1)]


def _row(figure: Figure) -> tuple[str, ...]:
    value = f"{shown(figure.value)}{_unit(figure.unit)}"
    if figure.aim is None:
        return figure.part, figure.what, value, "", ""
    return figure.part, figure.what, value, str(figure.aim), "yes" if figure.holds else "NO"


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
