"""The grid that a draft's cells are picked from: the whole picture, or one cell of it."""

from collections.abc import Sequence
from typing import Any

from discord import MediaGalleryItem, ui

from bot.delivery.menus import menu
from bot.delivery.selects import Option
from bot.delivery.status import BLUE
from bot.domain import Task

COLUMNS, ROWS = "ABCDE", "12345"
WHOLE = "all"
TITLE = "### Pick the cells to change"
SAID = "Each pick is shown on the draft at once. Press **Go** there when it is right."


def names_in(within: str) -> list[str]:
    """The twenty-five cells of a level."""
    before = f"{within}." if within else ""
    return [f"{before}{column}{row}" for row in ROWS for column in COLUMNS]


def render_cells(
    task: Task, picked: Sequence[str], within: str, picture_name: str
) -> ui.LayoutView:
    """Draw the page; `picture_name` is an attachment of the same message."""
    about = f"{task.id}-{within}" if within else task.id
    alt = "The picture in a grid: columns A to E, rows 1 to 5"
    alt += f", zoomed into {within}" if within else ""
    names = names_in(within)
    box: ui.Container[Any] = ui.Container(
        ui.TextDisplay(f"{TITLE}\n{SAID}"),
        ui.MediaGallery(MediaGalleryItem(f"attachment://{picture_name}", description=alt)),
        menu(
            "cells",
            about,
            [Option(each, each) for each in names],
            f"Cells in {within}" if within else "Cells",
            most=len(names),
            chosen=[each for each in picked if each in names],
        ),
        menu("zoom", task.id, _zooms(within), "Zoom into a cell for smaller ones"),
        ui.TextDisplay(f"-# {_told(picked)}"),
        accent_color=BLUE,
    )
    return ui.LayoutView(timeout=None).add_item(box)


def _zooms(within: str) -> list[Option]:
    back = [Option(WHOLE, "Back to the whole picture")] if within else []
    return back + [Option(each, f"Zoom into {each}") for each in names_in("") if each != within]


def _told(picked: Sequence[str]) -> str:
    return f"Picked: {', '.join(picked)}" if picked else "Nothing is picked yet."
