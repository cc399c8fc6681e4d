"""The buttons under a draft: Go, or who else could take it while its provider is paused.

Only the member's own answer shows them: whoever has the link to the painting page is that member.
"""

from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import TaskButton, row
from bot.delivery.forms import Field, modal
from bot.delivery.menus import menu
from bot.delivery.selects import Option
from bot.domain import Op, Task
from bot.services.cards import TaskView

PER_ROW, OFFERED_MAX = 4, 12
LABEL_LENGTH_MAX = 80
PAINT = "Paint in browser"
PROMPT_FIELD_MAX = 4000
FEATHERS_PX = (0, 4, 8, 16, 32, 64)
# What the button does, by how the lines are read now.
OUTLINE = {True: "Outline: off", False: "Outline: on"}
MARKED = frozenset({Op.INPAINT, Op.ERASE})


def draft_rows(view: TaskView) -> list[ui.ActionRow[Any]]:
    """Offers stand in place of Go: the one that it would go to takes nothing now."""
    task = view.task
    go = ("go",) if view.may_go and not view.offers else ()
    # The other part of an added side is the whole picture, which nobody wants to lose.
    invert = ("invert",) if task.mask_blob and task.op in MARKED else ()
    buttons = row(task.id, *go, *invert, "cancel")
    if view.paint_url:
        buttons.add_item(ui.Button(label=PAINT, url=view.paint_url))
    return [*_offered(view), buttons, *_changes(view)]


def prompt_form(task: Task, length_max: int) -> ui.Modal:
    """The draft's words, to be changed."""
    most = min(length_max, PROMPT_FIELD_MAX)
    hint = "What should be there. Nothing is charged before you press Go."
    field = Field("prompt", "Prompt", task.prompt[:most], hint, most, long=True)
    return modal("prompt", "Other words", [field], task.id)


def _changes(view: TaskView) -> list[ui.ActionRow[Any]]:
    """The ways to change the mask and the words; what was added at sides is as it is."""
    task = view.task
    words_too = ("prompt",) if not view.prompt_unused else ()
    if task.op not in MARKED:
        return [row(task.id, *words_too)] if words_too else []
    sized = ("grow", "shrink") if task.mask_blob else ()
    buttons = row(task.id, *sized)
    outline = task.mask_facts.get("outline")
    if outline is not None:
        buttons.add_item(TaskButton("outline", task.id, OUTLINE[bool(outline)]))
    for verb in (*words_too, "cells"):
        buttons.add_item(TaskButton(verb, task.id))
    return [buttons, *([_feather(task)] if task.mask_blob else [])]


def _feather(task: Task) -> ui.ActionRow[Any]:
    options = [Option(str(px), f"Soft edge: {px} px" if px else "Hard edge") for px in FEATHERS_PX]
    now = task.mask_facts.get("feather_px")
    return menu("feather", task.id, options, f"Soft edge: {now or 0} px now")


def _offered(view: TaskView) -> list[ui.ActionRow[Any]]:
    """One button for each who could take it, with the price."""
    rows: list[ui.ActionRow[Any]] = []
    for n, each in enumerate(view.offers[:OFFERED_MAX]):
        if n % PER_ROW == 0:
            rows.append(ui.ActionRow())
        label = words.shortened(f"{each.title} · {words.price(each.credits)}", LABEL_LENGTH_MAX)
        rows[-1].add_item(TaskButton("take", f"{view.task.id}-{each.slug}", label))
    return rows
