"""The small message that answers a reply: what was understood, what it costs, and Go; pure.

It becomes the card when its author presses Go, and goes away when nobody does.
"""

from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import row
from bot.delivery.cards import prompt_line, small, unread_prompt
from bot.delivery.reply_card import REASON_SHOWN_MAX, covered, mask_source, overlay_picture
from bot.delivery.status import ACCENTS, paid_line
from bot.domain import MaskSource, Origin, Task, TaskState
from bot.services.cards import TaskView

ASK = "Press Go if this is right. Nothing is charged before that."
SAY_WHERE = "Nothing is marked yet. Press **Change**: there you can say where. Nothing is charged."
MORE = "Change shows all that can be done with it."


def is_asked(task: Task) -> bool:
    """A draft that was made by a reply: it has a message of its own in the channel."""
    return task.origin is Origin.REPLY and task.state is TaskState.DRAFT


def render_asked(view: TaskView, overlay_name: str | None) -> ui.LayoutView:
    """Draw the message; `overlay_name` is an attachment of it."""
    task = view.task
    title = f"### {words.OPS[task.op][2]} for {words.mention(task.user_id)}?"
    parts: list[ui.Item[Any]] = [
        ui.TextDisplay("\n".join((title, *prompt_line(task)))),
        ui.TextDisplay("\n".join(_said(view))),
    ]
    if overlay_name:
        parts.append(overlay_picture(view, overlay_name))
    parts += [ui.TextDisplay("\n".join(_smaller(view))), row(task.id, *_verbs(view))]
    box: ui.Container[Any] = ui.Container(*parts, accent_color=ACCENTS[task.state])
    return ui.LayoutView(timeout=None).add_item(box)


def _verbs(view: TaskView) -> tuple[str, ...]:
    go = ("go",) if view.may_go and not view.offers and view.task.mask_blob else ()
    return (*go, "change", "cancel")


def _said(view: TaskView) -> list[str]:
    task = view.task
    if not task.mask_blob:
        return [SAY_WHERE]
    lines = [words.shortened(task.draft_reason or ASK, REASON_SHOWN_MAX)]
    if task.mask_source is not MaskSource.NONE:
        lines.append(f"Tinted is what will change: {covered(view)}, from {mask_source(view)}.")
    if not view.offers:
        lines.append(" · ".join(filter(None, (view.provider_title, paid_line(task)))))
    return lines


def _smaller(view: TaskView) -> list[str]:
    task = view.task
    whose = f"-# Only {words.mention(task.user_id)} can press these. {MORE}"
    expires = task.draft_expires_at
    ends = f" Goes away {words.moment(expires)}." if expires else ""
    return [*small([unread_prompt(view), *task.notes]), whose + ends]
