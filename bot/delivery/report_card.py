"""What the report channel reads of a report: a pure function of the row."""

from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import row
from bot.delivery.reply_card import card_link
from bot.delivery.status import AMBER, GREEN, GREY
from bot.services.reports import Decision, ReportView

PROMPT_SHOWN_MAX = 500
_SAID = {Decision.RESTORE: "Restored", Decision.DELETE: "Deleted"}
_COLORS = {None: AMBER, Decision.RESTORE: GREEN, Decision.DELETE: GREY}


def render_report(view: ReportView) -> ui.LayoutView:
    """Draw the message; it ends in no task's id, by which the view loop finds its cards."""
    parts: list[ui.Item[Any]] = [ui.TextDisplay(text) for text in _texts(view)]
    buttons = row(about(view), *(("restore", "remove") if view.decision is None else ()))
    if link := card_link(view.task):
        buttons.add_item(ui.Button(label="To the card", url=link))
    if buttons.children:
        parts.append(buttons)
    box: ui.Container[Any] = ui.Container(*parts, accent_color=_COLORS[view.decision])
    return ui.LayoutView(timeout=None).add_item(box)


def about(view: ReportView) -> str:
    """What the buttons of a report carry."""
    return f"r{view.id}"


def report_id(carried: str) -> int | None:
    """The report that a button is about; None for what no report is called."""
    number = carried.removeprefix("r")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 12 else None


def _texts(view: ReportView) -> list[str]:
    task = view.task
    prompt = words.plain(task.prompt, PROMPT_SHOWN_MAX)
    head = (
        "### An edit was reported",
        f"Edit by {words.mention(task.user_id)} in <#{task.channel_id}>, reported by "
        f"{words.mention(view.reporter_id)} {words.moment(view.at)}.",
        f"> ||{prompt}||" if prompt.strip() else "",
    )
    return ["\n".join(line for line in head if line), _state(view)]


def _state(view: ReportView) -> str:
    if view.decision is None:
        return (
            "Its pictures are hidden until one of you has decided: **Restore** shows them again, "
            "**Delete** takes the card away."
        )
    when = f" {words.moment(view.decided_at)}" if view.decided_at else ""
    return f"**{_SAID[view.decision]}** by {words.mention(view.decider_id)}{when}."
