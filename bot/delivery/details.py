"""What `/task show` looks like: everything about one task, as a pure function of what was read."""

from collections.abc import Sequence
from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import TaskButton, row
from bot.delivery.cards import prompt_line, result_facts, small, title_of
from bot.delivery.draft_rows import draft_rows
from bot.delivery.more import more_row
from bot.delivery.reply_card import (
    REASON_SHOWN_MAX,
    card_link,
    covered,
    mask_source,
    overlay_picture,
)
from bot.delivery.report_card import about
from bot.delivery.status import ACCENTS, LIVE, advice, paid_line, state_line, waiting_lines
from bot.domain import CardState, MaskSource, Task, TaskState
from bot.services.cards import TaskView
from bot.services.showing import Shown

OPTIONS_SHOWN_MAX = 300
REMOVED = "This was reported, and its pictures stay hidden."
BROUGHT_BACK = "Its card was gone, so I am posting it anew in this channel."
GONE = "Its card is gone. The person who asked for it can bring it back with this command."


def render_details(
    shown: Shown, overlay_name: str | None = None, notes: Sequence[str] = ()
) -> ui.LayoutView:
    """Draw the answer; `overlay_name` is an attachment of the same message."""
    view = shown.view
    parts: list[ui.Item[Any]] = [ui.TextDisplay(text) for text in _head(view)]
    if overlay_name:
        parts.append(overlay_picture(view, overlay_name))
    parts.append(ui.TextDisplay("\n".join([*_facts(shown), *_notes(shown, notes)])))
    parts += [buttons for buttons in _buttons(shown) if buttons.children]
    box: ui.Container[Any] = ui.Container(*parts, accent_color=ACCENTS[view.task.state])
    return ui.LayoutView(timeout=None).add_item(box)


def _head(view: TaskView) -> list[str]:
    task = view.task
    title = f"### {title_of(task)} for {words.mention(task.user_id)}"
    waiting = waiting_lines(view) if task.state in LIVE else ()
    doubt = words.shortened(task.draft_reason or "", REASON_SHOWN_MAX)
    said = (state_line(view), *waiting, doubt, advice(task))
    return [
        "\n".join((title, *prompt_line(task))),
        "\n".join(line for line in said if line),
    ]


def _facts(shown: Shown) -> list[str]:
    view, task = shown.view, shown.view.task
    told = {
        "Provider": view.provider_title,
        "Pictures": " · ".join((str(task.count), *result_facts(view))),
        "Mask": _mask(view),
        "Options": _options(task),
        "Cost": paid_line(task).rstrip("."),
        "Asked": words.date(task.created_at),
        "Started": words.date(task.submitted_at) if task.submitted_at else "",
        "Ended": words.date(task.finished_at) if task.finished_at else "",
        "Goes on from": _parent(shown),
    }
    return [f"**{name}** {fact}" for name, fact in told.items() if fact]


def _mask(view: TaskView) -> str:
    if view.task.mask_source is MaskSource.NONE or not view.task.mask_facts:
        return ""
    grow_px = view.task.mask_facts.get("grow_px") or 0
    grown = f", {'grown' if grow_px > 0 else 'shrunk'} by {abs(grow_px)} px" if grow_px else ""
    return f"{covered(view)} of the picture, from {mask_source(view)}{grown}"


def _options(task: Task) -> str:
    """All that was set but the seed, which stands beside the pictures once it is known."""
    given: dict[str, Any] = {**task.options, **task.options.get("extra", {})}
    skipped = {"extra", "seed"} if task.state is TaskState.DONE else {"extra"}
    pairs = (
        f"{name} {value}"
        for name, value in given.items()
        if name not in skipped and value is not None
    )
    return words.plain(", ".join(pairs), OPTIONS_SHOWN_MAX)


def _parent(shown: Shown) -> str:
    parent, n = shown.parent, shown.view.task.parent_result_n
    if parent is None:
        return ""
    link = card_link(parent)
    name = f"task {parent.id}"
    which = f", picture {n}" if n else ""
    return (f"[{name}]({link})" if link else name) + which


def _notes(shown: Shown, notes: Sequence[str]) -> list[str]:
    task = shown.view.task
    lines = small([_hidden(task), *task.notes, *notes])
    if task.draft_expires_at and task.state is TaskState.DRAFT:
        lines.append(f"-# Goes away {words.moment(task.draft_expires_at)}.")
    if task.let_go_at:
        when = words.date(task.let_go_at)
        lines.append(f"-# Its pictures and prompt were let go {when}, as all old ones are.")
    return [*lines, f"-# task {task.id}"]


def _hidden(task: Task) -> str:
    return REMOVED if task.hidden else ""


def _buttons(shown: Shown) -> list[ui.ActionRow[Any]]:
    view, task = shown.view, shown.view.task
    if task.state is TaskState.DRAFT and shown.is_mine:
        return draft_rows(view)
    own = row(task.id, *(("cancel",) if view.may_cancel and shown.is_mine else ()))
    if task.state is not TaskState.DRAFT:
        own.add_item(TaskButton("tree", f"{task.id}-1"))
    if link := card_link(task):
        own.add_item(ui.Button(label="To the card", url=link))
    rows = [own, *more_row(view)]
    return rows if shown.report is None else [*rows, row(about(shown.report), "restore", "remove")]


def gone_note(shown: Shown) -> str:
    """Say why there is no card to go to, where the viewer cannot have it back."""
    task = shown.view.task
    gone = task.card_state in {CardState.LOST, CardState.DELETED}
    if not gone or shown.is_mine or task.hidden or task.let_go_at:
        return ""
    return GONE
