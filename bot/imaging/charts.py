"""Charts as pictures, for a phone in Discord's dark theme; drawn in a worker, never in the bot.

matplotlib is imported inside the stage: its megabytes and its second belong to the worker alone.
"""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Its own types are full of unknowns.
Axes = Any

# Discord's dark theme: the ground of a message, its text, and what is less important.
GROUND, TEXT, FAINT, BAR = "#313338", "#f2f3f5", "#b5bac1", "#5b8def"
WIDTH_IN, HEIGHT_IN, DPI, MARGIN_IN = 6.4, 4.0, 187.5, 0.15
SMALL_PT, MEDIUM_PT, LARGE_PT = 15, 17, 20
TICKS_MAX = 5
LABEL_CHARS_MAX = 16


@dataclass(frozen=True, slots=True)
class Bars:
    """A chart: one bar for each label, upright for days and lying for names."""

    title: str
    labels: tuple[str, ...]
    values: tuple[int, ...]
    upright: bool


def draw(bars: Bars, target: Path) -> None:
    """Write the chart as a PNG of 1200 x 750 pixels."""
    # Where it keeps its list of fonts is nothing that an operator has to read of.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure: Any = Figure(
        figsize=(WIDTH_IN, HEIGHT_IN), dpi=DPI, facecolor=GROUND, layout="constrained"
    )
    figure.get_layout_engine().set(w_pad=MARGIN_IN, h_pad=MARGIN_IN)
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=GROUND)
    (_upright if bars.upright else _lying)(axes, bars)
    axes.set_title(bars.title, color=TEXT, fontsize=LARGE_PT, loc="left", pad=14)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(colors=TEXT, labelsize=SMALL_PT, length=0)
    figure.savefig(target, format="png", facecolor=GROUND)


def _upright(axes: Axes, bars: Bars) -> None:
    from matplotlib.ticker import MaxNLocator

    places = range(len(bars.values))
    axes.bar(places, bars.values, color=BAR, width=0.8)
    step = max(1, -(-len(bars.labels) // TICKS_MAX))
    shown = list(places)[::-1][::step][::-1]  # the last day always has its label
    axes.set_xticks(shown, [bars.labels[n] for n in shown])
    axes.yaxis.set_major_locator(MaxNLocator(nbins=TICKS_MAX, integer=True))
    axes.yaxis.set_major_formatter(_beside)
    axes.grid(axis="y", color=FAINT, alpha=0.25)
    axes.set_axisbelow(True)
    axes.set_ylim(0, max((1, *bars.values)) * 1.1)


def _lying(axes: Axes, bars: Bars) -> None:
    places = range(len(bars.values))
    drawn = axes.barh(places, bars.values, color=BAR, height=0.7)
    axes.bar_label(
        drawn, [f"{value:,}" for value in bars.values], color=TEXT, fontsize=MEDIUM_PT, padding=6
    )
    axes.set_yticks(places, [fitted(label) for label in bars.labels])
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.set_xlim(0, max((1, *bars.values)) * 1.25)
    # Few bars stay bars: they do not swell to fill the height.
    axes.set_ylim(max(len(bars.values), 4) - 0.4, -0.6)


def fitted(label: str) -> str:
    """A name that leaves room for its bar."""
    return label if len(label) <= LABEL_CHARS_MAX else f"{label[: LABEL_CHARS_MAX - 1].rstrip()}…"


def _beside(value: float, _place: int | None = None) -> str:
    return short(int(value))


def short(value: int) -> str:
    """A number that fits beside an axis."""
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= size:
            return f"{value / size:.1f}".removesuffix(".0") + letter
    return str(value)
