"""Draws a server's spending in the picture worker; a chart is made when it is asked for."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.imaging.charts import Bars, draw
from bot.services.passing import passing_folder
from bot.services.ports import Pictures
from bot.services.spending import Spending

SPOKEN_MAX = 6
ALT_CHARS_MAX = 1000


class View(StrEnum):
    """What the bars are."""

    DAY = "day"
    PROVIDER = "provider"
    MEMBER = "member"


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, and the same in words for those who cannot see it."""

    bars: Bars
    alt: str


class Charting:
    """Asks the worker; the file lives as long as the caller needs it."""

    def __init__(self, pictures: Pictures, work: Path) -> None:
        self._pictures = pictures
        self._work = work

    @asynccontextmanager
    async def drawn(self, chart: Chart) -> AsyncGenerator[Path]:
        """The chart as a file."""
        async with passing_folder(self._work) as folder:
            path = folder / "chart.png"
            await self._pictures.short(draw, chart.bars, path)
            yield path


def chart_of(spending: Spending, view: View, titles: dict[str, str]) -> Chart:
    """The bars; members are numbers, whose names stand in the text beside the picture."""
    match view:
        case View.DAY:
            labels = [f"{day:%b} {day.day}" for day, _ in spending.days]
            values = [credits for _, credits in spending.days]
            bars = Bars("Credits spent a day", tuple(labels), tuple(values), upright=True)
            return Chart(bars, _days_spoken(spending))
        case View.PROVIDER:
            parts = [
                (titles.get(each.name, each.name), each.credits) for each in spending.providers
            ]
            title = "Credits spent by provider"
        case View.MEMBER:
            parts = [
                (str(place) if each.name else "others", each.credits)
                for place, each in enumerate(spending.members, start=1)
            ]
            title = "Credits spent by member"
    labels, values = [name for name, _ in parts], [credits for _, credits in parts]
    return Chart(Bars(title, tuple(labels), tuple(values), upright=False), _spoken(title, parts))


def _days_spoken(spending: Spending) -> str:
    top = sorted(spending.days, key=lambda each: -each[1])[:SPOKEN_MAX]
    most = [f"{day:%B} {day.day}: {credits:,}" for day, credits in top if credits]
    first, last = spending.days[0][0], spending.days[-1][0]
    said = f"Bars of the credits spent each day from {first:%B} {first.day} to {last:%B} {last.day}"
    return f"{said}, {spending.credits:,} in all. Most: {', '.join(most) or 'none'}."[
        :ALT_CHARS_MAX
    ]


def _spoken(title: str, parts: list[tuple[str, int]]) -> str:
    told = [f"{name}: {credits:,}" for name, credits in parts]
    return f"Bars. {title}. {', '.join(told) or 'Nothing yet'}."[:ALT_CHARS_MAX]
