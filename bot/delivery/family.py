"""What `/task tree` looks like: the family of an edit as an indented list, and the ways on."""

from collections.abc import Sequence
from typing import Any

import discord
from discord import MediaGalleryItem, ui

from bot.delivery import words
from bot.delivery.buttons import TaskButton
from bot.delivery.menus import menu
from bot.delivery.reply_card import card_link
from bot.delivery.selects import Option
from bot.delivery.status import BLUE, STATES
from bot.domain import Task, TaskState
from bot.services.families import Family, Member, Sheet

TITLE = "### The family of this edit"
PROMPT_SHOWN_MAX, LABEL_MAX, ALT_LABEL_MAX = 80, 90, 60
# Deeper ones stand no further in: a phone has little room.
INDENTS_MAX = 6
HINT = "Look at one, or go on from it"
UNDO = "To undo, pick the earlier one and go on from that: nothing is ever overwritten."


def render_family(family: Family, sheet: Sheet | None = None) -> ui.LayoutView:
    """Draw a page of it; each line leads to its card, where there is one.

    The `sheet` is an attachment of the same message.
    """
    page, about = family.page, family.about
    count = f"Page {page.number} of {page.pages} · " if page.pages > 1 else ""
    lines = "\n".join(_line(number, each, family) for number, each in enumerate(page.items, 1))
    parts: list[ui.Item[Any]] = [
        ui.TextDisplay("\n".join(filter(None, (TITLE, _credit(family))))),
        ui.TextDisplay(lines),
        *([_pictures(page.items, sheet)] if sheet else []),
        ui.TextDisplay(f"{UNDO}\n-# {count}{words.counted(page.total, 'edit')} · task {about.id}"),
    ]
    if page.items:
        options = [
            Option(each.task.id, _label(each.task), f"task {each.task.id}") for each in page.items
        ]
        parts.append(menu("member", about.id, options, HINT))
    turns = _turns(family)
    parts += [turns] if turns.children else []
    box: ui.Container[Any] = ui.Container(*parts, accent_color=BLUE)
    return ui.LayoutView(timeout=None).add_item(box)


def is_family(message: discord.Message) -> bool:
    """Whether a message shows a family, so that a page is turned in its place."""
    return any(_shows(component) for component in message.components)


def _shows(component: Any) -> bool:
    if str(getattr(component, "content", "")).startswith(TITLE):
        return True
    return any(_shows(child) for child in getattr(component, "children", ()))


def _credit(family: Family) -> str:
    first = family.first
    if first is None:
        return ""
    return f"Begun by {words.mention(first.user_id)} {words.moment(first.created_at)}."


def _pictures(members: Sequence[Member], sheet: Sheet) -> ui.MediaGallery[Any]:
    named = (
        f"{n}: {words.shortened(_label(members[n - 1].task), ALT_LABEL_MAX)}" for n in sheet.numbers
    )
    said = f"Small pictures with the numbers of the list. {'; '.join(named)}"
    item = MediaGalleryItem(f"attachment://{sheet.path.name}", description=said)
    return ui.MediaGallery(item)


def _line(number: int, member: Member, family: Family) -> str:
    """One edit; who made it stands there where it is not who began the family."""
    task, first = member.task, family.first
    is_theirs = first is not None and task.user_id == first.user_id
    link = card_link(task)
    which = f"from picture {task.parent_result_n}" if task.parent_result_n else ""
    facts = (
        _name(task),
        "" if is_theirs else words.mention(task.user_id),
        which,
        f"[card]({link})" if link else "",
        "**this one**" if task.id == family.about.id else "",
    )
    inward = "\u2003" * min(member.depth, INDENTS_MAX) + ("↳ " if member.depth else "")
    prompt = words.plain(task.prompt, PROMPT_SHOWN_MAX)
    said = f"||{prompt}||" if task.hidden and prompt else prompt
    return f"{inward}`{number}` " + " · ".join(filter(None, (*facts, said)))


def _name(task: Task) -> str:
    again = " again" if task.parent_task_id and task.parent_result_n is None else ""
    state = "" if task.state is TaskState.DONE else f" ({STATES[task.state].lower()})"
    return f"**{words.OPS[task.op][2]}**{again}{state}"


def _label(task: Task) -> str:
    name, prompt = words.OPS[task.op][2], "" if task.hidden else task.prompt.strip()
    return words.shortened(f"{name}: {prompt}" if prompt else name, LABEL_MAX)


def _turns(family: Family) -> ui.ActionRow[Any]:
    page, task_id = family.page, family.about.id
    row: ui.ActionRow[Any] = ui.ActionRow()
    if page.number > 1:
        row.add_item(TaskButton("tree", f"{task_id}-{page.number - 1}", "Back"))
    if page.number < page.pages:
        row.add_item(TaskButton("tree", f"{task_id}-{page.number + 1}", "More"))
    return row
