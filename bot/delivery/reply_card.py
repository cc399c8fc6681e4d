"""What the requester's own, ephemeral answer looks like: a pure function of the row."""

from collections.abc import Sequence
from typing import Any

from discord import MediaGalleryItem, ui

from bot.delivery import words
from bot.delivery.buttons import row
from bot.delivery.cards import gallery, prompt_line, small, unread_prompt
from bot.delivery.draft_rows import draft_rows
from bot.delivery.status import ACCENTS, LIVE, advice, paid_line, state_line, waiting_lines
from bot.domain import CardState, MaskSource, Task, TaskState
from bot.services.cards import PostFile, TaskView

DRAFT_TITLE = "Please look at this first"
REASON_SHOWN_MAX = 600
CARD_LOST = (
    "I could not show this in the channel. The result is kept: /task show brings it back, here or "
    "in another channel."
)


def render_reply(
    view: TaskView, overlay_name: str | None = None, files: Sequence[PostFile] = ()
) -> ui.LayoutView:
    """Draw the answer; `overlay_name` and `files` name attachments of the same message."""
    task = view.task
    parts: list[ui.Item[Any]] = [ui.TextDisplay(text) for text in _head(view)]
    if files:
        parts.append(gallery(view, files))
    elif overlay_name:
        parts.append(overlay_picture(view, overlay_name))
    notes = _notes(view)
    if notes:
        parts.append(ui.TextDisplay("\n".join(notes)))
    parts += _buttons(view)
    box: ui.Container[Any] = ui.Container(*parts, accent_color=ACCENTS[task.state])
    return ui.LayoutView(timeout=None).add_item(box)


def shows_overlay(view: TaskView) -> bool:
    """Show the mask as long as something can still be done about it."""
    return view.overlay is not None and not view.task.state.is_terminal


def card_link(task: Task) -> str | None:
    """Give the address of the card."""
    if task.message_id is None or task.card_state is not CardState.POSTED:
        return None
    place = f"{task.guild_id or '@me'}/{task.channel_id}/{task.message_id}"
    return f"https://discord.com/channels/{place}"


def _head(view: TaskView) -> list[str]:
    task = view.task
    doing, done, name = words.OPS[task.op]
    title = {TaskState.DRAFT: DRAFT_TITLE, TaskState.DONE: done}.get(
        task.state, doing if task.state in LIVE else name
    )
    lines: list[str] = []
    if task.state is TaskState.DRAFT and task.draft_reason:
        lines.append(words.shortened(task.draft_reason, REASON_SHOWN_MAX))
    else:
        lines += [state_line(view), *(waiting_lines(view) if task.state in LIVE else ())]
    if not view.offers:
        lines.append(" · ".join(filter(None, (view.provider_title, paid_line(task)))))
    lines.append(advice(task))
    said = "\n".join(line for line in lines if line)
    return ["\n".join((f"### {title}", *prompt_line(task))), said]


def overlay_picture(view: TaskView, name: str) -> ui.MediaGallery[Any]:
    """Show the picture with its mask tinted."""
    will = "was to change" if view.task.state.is_terminal else "will change"
    said = f"The picture; the tinted {covered(view)} {will}"
    hidden = view.task.hidden
    item = MediaGalleryItem(f"attachment://{name}", description=said, spoiler=hidden)
    return ui.MediaGallery(item)


def covered(view: TaskView) -> str:
    """Say how much of the picture the mask covers."""
    return words.part(float(view.task.mask_facts.get("coverage") or 0))


def _notes(view: TaskView) -> list[str]:
    task = view.task
    notes = [unread_prompt(view), *task.notes]
    if task.state is TaskState.DRAFT and task.draft_expires_at:
        expires = [f"-# Goes away {words.moment(task.draft_expires_at)}."]
    else:
        expires = []
    if task.card_state is CardState.LOST:
        notes.insert(0, CARD_LOST)
    return [*_mask_line(view), *small(notes), *expires]


def _mask_line(view: TaskView) -> list[str]:
    if not shows_overlay(view) or view.task.mask_source is MaskSource.NONE:
        return []
    source = mask_source(view)
    return [f"Tinted is what will change: {covered(view)} of the picture, from {source}."]


def mask_source(view: TaskView) -> str:
    """Say how the member said where."""
    return words.MASK_SOURCES[view.task.mask_source]


def _buttons(view: TaskView) -> list[ui.ActionRow[Any]]:
    task = view.task
    if task.state is TaskState.DRAFT:
        return draft_rows(view)
    link = card_link(task)
    buttons = row(task.id, *(("cancel",) if view.may_cancel and task.state in LIVE else ()))
    if link:
        buttons.add_item(ui.Button(label="To the card", url=link))
    return [buttons] if buttons.children else []
