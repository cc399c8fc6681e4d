"""What can be made of a finished edit beside the buttons: the menu, its forms and its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from discord import MediaGalleryItem, ui

from bot.delivery import words
from bot.delivery.forms import Field, modal
from bot.delivery.menus import menu
from bot.delivery.selects import Option
from bot.delivery.status import BLUE
from bot.domain import PASTED_BACK, Op, ResultState, TaskState
from bot.services.access import Use
from bot.services.cards import ResultView, TaskView

HINT = "More ways to go on"
PROMPT_FIELD_MAX = 4000
SIDES_SHOWN = "all sides 25%"
WORDED = PASTED_BACK | {Op.IMAGINE}


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the menu; `each`: it is about one result, so that of several one is picked."""

    label: str
    about: str
    use: Use
    each: bool = True


ACTIONS: Mapping[str, Action] = {
    "same": Action("Same place", "New words for the same place of this result", Use.EDIT),
    "paint": Action("Paint", "Mark another place on this result", Use.EDIT),
    "expand": Action("Expand", "Add room at its sides and fill it", Use.EDIT),
    "compare": Action("Compare", "Before, mask and after in one picture", Use.LOOK),
    "original": Action("Original", "The exact file, without any loss", Use.LOOK),
    "info": Action("Info", "Everything about this edit, for you alone", Use.LOOK, each=False),
}


def pickable(view: TaskView) -> list[ResultView]:
    """The results that there still is a picture of."""
    if view.task.state is not TaskState.DONE or view.task.hidden or view.task.let_go_at:
        return []
    return [each for each in view.results if each.state is ResultState.OK and each.path]


def actions_of(view: TaskView) -> list[str]:
    """What the menu offers; without results there is no menu."""
    if not pickable(view):
        return []
    marked = view.task.op in PASTED_BACK and view.task.mask_blob is not None
    return [name for name in ACTIONS if marked or name not in {"same", "compare"}]


def may_reword(view: TaskView) -> bool:
    """Whether the same edit can be asked for with other words."""
    task = view.task
    return task.op in WORDED and task.let_go_at is None and not view.prompt_unused


def more_row(view: TaskView) -> list[ui.ActionRow[Any]]:
    """The menu under a card."""
    names = actions_of(view)
    if not names:
        return []
    options = [Option(name, ACTIONS[name].label, ACTIONS[name].about) for name in names]
    return [menu("more", view.task.id, options, HINT)]


def render_which(view: TaskView, action: str) -> ui.LayoutView:
    """Ask which of several results is meant."""
    options = [
        Option(str(each.n), f"Picture {each.n}", f"{each.width_px} × {each.height_px}")
        for each in pickable(view)
    ]
    label = ACTIONS[action].label
    return _page(
        f"### {label}: which picture?\nThey are numbered in the order of the card.",
        menu("which", f"{action}-{view.task.id}", options, "Pick a picture"),
    )


def reword_form(view: TaskView, length_max: int) -> ui.Modal:
    """The prompt again, to be changed; the picture and the mask stay."""
    fields = [_prompt(view, length_max, "The same picture and mask, with these words.")]
    return modal("edit", "Edit again", fields, view.task.id)


def same_form(view: TaskView, n: int, length_max: int) -> ui.Modal:
    """New words for the place that this result's edit had changed."""
    fields = [_prompt(view, length_max, "What should be there now. The mask stays the same.")]
    return modal("same", "Same place", fields, f"{view.task.id}-{n}")


def paint_form(view: TaskView, n: int, length_max: int) -> ui.Modal:
    """Words for a place of this result that is marked next."""
    hint = "What should be there. Next you mark the place; nothing is charged before that."
    fields = [_prompt(view, length_max, hint)]
    return modal("paint", "Paint", fields, f"{view.task.id}-{n}")


def expand_form(view: TaskView, n: int, length_max: int) -> ui.Modal:
    """How much room to add where, and what should be there."""
    where = Field(
        "where", "Sides", SIDES_SHOWN, "Such as: left 25%, up 10% (at most 100% a side)", 100
    )
    prompt = _prompt(view, length_max, "What the new part should show.")
    return modal("expand", "Expand", [where, prompt], f"{view.task.id}-{n}")


def render_compared(view: TaskView, n: int, name: str) -> ui.LayoutView:
    """Show before, mask and after; `name` is an attachment of the same message."""
    said = "Three pictures: before, the same with the part to change tinted, and after"
    if view.task.prompt.strip():
        said += f" with “{words.shortened(view.task.prompt, 500)}”"
    gallery: ui.MediaGallery[Any] = ui.MediaGallery(
        MediaGalleryItem(f"attachment://{name}", description=said)
    )
    return _page(f"### Before, mask and after\n-# picture {n} of task {view.task.id}", gallery)


def render_original(view: TaskView, n: int, name: str) -> ui.LayoutView:
    """Hand over the exact file, an attachment of the same message."""
    file: ui.File[Any] = ui.File(f"attachment://{name}")
    return _page(
        f"### The exact file\nIt is what I keep, pixel for pixel.\n"
        f"-# picture {n} of task {view.task.id}",
        file,
    )


def too_large(size_bytes: int, limit_bytes: int) -> str:
    """Say that the exact file does not fit."""
    return (
        f"The exact file has {words.megabytes(size_bytes)}, and Discord takes "
        f"{words.megabytes(limit_bytes)} here, so I cannot send it. It is kept; the card shows a "
        "smaller copy, and edits go on from the exact one."
    )


def _prompt(view: TaskView, length_max: int, hint: str) -> Field:
    most = min(length_max, PROMPT_FIELD_MAX)
    return Field("prompt", "Prompt", view.task.prompt[:most], hint, most, long=True)


def _page(text: str, item: ui.Item[Any]) -> ui.LayoutView:
    box: ui.Container[Any] = ui.Container(ui.TextDisplay(text), item, accent_color=BLUE)
    return ui.LayoutView(timeout=None).add_item(box)
