"""The buttons under a draft: Go, or who else could take it while its provider is paused.

Only the member's own answer shows them: whoever has the link to the painting page is that member.
"""

from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import TaskButton, row
from bot.services.cards import TaskView

PER_ROW, OFFERED_MAX = 4, 12
LABEL_LENGTH_MAX = 80
PAINT = "Paint in browser"


def draft_rows(view: TaskView) -> list[ui.ActionRow[Any]]:
    """Offers stand in place of Go: the one that it would go to takes nothing now."""
    task = view.task
    go = ("go",) if view.may_go and not view.offers else ()
    invert = ("invert",) if task.mask_blob else ()
    buttons = row(task.id, *go, *invert, "cancel")
    if view.paint_url:
        buttons.add_item(ui.Button(label=PAINT, url=view.paint_url))
    return [*_offered(view), buttons]


def _offered(view: TaskView) -> list[ui.ActionRow[Any]]:
    """One button for each who could take it, with the price."""
    rows: list[ui.ActionRow[Any]] = []
    for n, each in enumerate(view.offers[:OFFERED_MAX]):
        if n % PER_ROW == 0:
            rows.append(ui.ActionRow())
        label = words.shortened(f"{each.title} · {words.price(each.credits)}", LABEL_LENGTH_MAX)
        rows[-1].add_item(TaskButton("take", f"{view.task.id}-{each.slug}", label))
    return rows
