"""Long lists as pages: a server's tasks, its log and its blocked members; pure functions."""

from collections.abc import Iterable, Sequence
from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import TaskButton, pager
from bot.delivery.cards import prompt_line
from bot.delivery.reply_card import card_link
from bot.delivery.status import BLUE, GREY, STATES, paid_line
from bot.domain import Task
from bot.services.blocks import Block
from bot.services.guild_rules import TITLES
from bot.services.guilds import Change
from bot.services.pages import Page

PROMPT_SHOWN_MAX = 150
VALUE_SHOWN_MAX = 160
REASON_SHOWN_MAX = 200
NO_OWN_TASKS = "You have made no edits in this server yet. `/help` shows how to begin."
NO_TASKS = "There are no edits in the channels that you can see."
NO_CHANGES = "Nothing has been changed yet."
NO_BLOCKS = "Nobody is blocked. `/server block` keeps a member from using the bot here."


def render_tasks(page: Page[Task], *, everyone: bool) -> ui.LayoutView:
    """Draw a page of tasks, with the way to the others."""
    title = "Everyone's edits that you can see" if everyone else "Your edits in this server"
    lines = [_task_line(task, named=everyone) for task in page.items]
    buttons = pager("all" if everyone else "mine", page.number, page.pages)
    buttons.add_item(TaskButton("mine" if everyone else "all", "1"))
    return _listed(title, lines, NO_TASKS if everyone else NO_OWN_TASKS, _count(page), buttons)


def render_changes(page: Page[Change]) -> ui.LayoutView:
    """Draw a page of a server's log."""
    lines = [_change_line(change) for change in page.items]
    buttons = pager("changes", page.number, page.pages)
    buttons.add_item(TaskButton("server", "-"))
    return _listed("What was changed in this server", lines, NO_CHANGES, _count(page), buttons)


def render_blocked(page: Page[Block]) -> ui.LayoutView:
    """Draw a page of the members who are kept out."""
    lines = [_block_line(block) for block in page.items]
    buttons = pager("blocked", page.number, page.pages)
    buttons.add_item(TaskButton("server", "-"))
    return _listed("Members who may not use the bot here", lines, NO_BLOCKS, _count(page), buttons)


def _listed(
    title: str, lines: Sequence[str], empty: str, count: str, buttons: ui.ActionRow[Any]
) -> ui.LayoutView:
    parts: list[ui.Item[Any]] = [ui.TextDisplay(f"### {title}")]
    parts += list(_parted(lines)) if lines else [ui.TextDisplay(empty)]
    if count:
        parts += [ui.Separator(), ui.TextDisplay(f"-# {count}")]
    parts.append(buttons)
    box: ui.Container[Any] = ui.Container(*parts, accent_color=BLUE if lines else GREY)
    return ui.LayoutView(timeout=None).add_item(box)


def _parted(lines: Sequence[str]) -> Iterable[ui.Item[Any]]:
    for line in lines:
        yield ui.Separator()
        yield ui.TextDisplay(line)


def _count(page: Page[Any]) -> str:
    """Say where this page stands, if there are others."""
    return f"Page {page.number} of {page.pages} · {page.total} in all" if page.pages > 1 else ""


def _task_line(task: Task, *, named: bool) -> str:
    link = card_link(task)
    facts = (
        f"**{STATES[task.state]}**",
        words.mention(task.user_id) if named else "",
        words.moment(task.created_at),
        paid_line(task).rstrip("."),
        f"[card]({link})" if link else "",
    )
    small = (
        f"task {task.id}",
        "reported" if task.hidden else "",
        f"let go {words.moment(task.let_go_at)}" if task.let_go_at else "",
    )
    lines = (" · ".join(filter(None, facts)), "-# " + " · ".join(filter(None, small)))
    # The quote comes last: some clients quote the lines after it, too.
    return "\n".join((*lines, *prompt_line(task, PROMPT_SHOWN_MAX)))


def _change_line(change: Change) -> str:
    title = TITLES.get(change.name, change.name)
    before, after = (_value(text) for text in (change.before, change.after))
    said = f"{words.date(change.at)} · {words.mention(change.actor_id)}\n**{title}**"
    if not change.after:
        return f"{said}: {before} → not set" if change.name in TITLES else f"{said}: {before}"
    return f"{said}: {before} → {after}" if change.before else f"{said}: {after}"


def _value(text: str) -> str:
    return words.shortened(text, VALUE_SHOWN_MAX)


def _block_line(block: Block) -> str:
    until = f"until {words.date(block.until)}" if block.until else "for good"
    why = f"\n> {words.plain(block.reason, REASON_SHOWN_MAX)}" if block.reason else ""
    return f"{words.mention(block.user_id)} · {until}{why}"
