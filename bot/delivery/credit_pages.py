"""What `/credits` looks like: balance, history, leaderboard, charts and gifts; pure functions."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from discord import File, MediaGalleryItem, ui

from bot.delivery import words
from bot.delivery.buttons import TaskButton, row
from bot.delivery.status import BLUE, GREY
from bot.services.charting import Chart, View
from bot.services.economy import Payer
from bot.services.history import Cursor, Edit, Entry, History
from bot.services.leaderboard import Board, Rank
from bot.services.ledger import Purpose
from bot.services.pages import Page
from bot.services.payers import SHORT, Pocket
from bot.services.spending import Spending
from bot.services.treasury import Standing

REASON_SHOWN_MAX = 120
NEWEST = "0"
GRANTED = {Purpose.FIRST: "first grant", Purpose.TOPUP: "allowance"}
WHO_PAYS = {
    Payer.OWN: "your own credits",
    Payer.POOL: "the server's pool",
    Payer.SPONSOR: "this thread's sponsor",
}
BOARDS = {
    Board.MADE: ("Most edits made", "edit"),
    Board.SPENT: ("Most credits spent", "credit"),
    Board.GIVEN: ("Most credits given", "credit"),
}
VIEWS = {View.DAY: "By day", View.PROVIDER: "By provider", View.MEMBER: "By member"}


def page_of(parts: Sequence[ui.Item[Any]], color: int = BLUE) -> ui.LayoutView:
    """Put parts into one box."""
    box: ui.Container[Any] = ui.Container(*parts, accent_color=color)
    return ui.LayoutView(timeout=None).add_item(box)


def render_balance(seen: Standing, pockets: Sequence[Pocket]) -> ui.LayoutView:
    """Draw what a member has, and who pays for an edit here."""
    held = f" · {seen.held:,} held by live edits" if seen.held else ""
    lines = [f"### You have {words.credits(seen.available)}", *([held[3:]] if held else [])]
    lines += [
        f"{words.credits(grant.amount).capitalize()} just came in: your {GRANTED[grant.purpose]}."
        for grant in seen.granted.grants
    ]
    lines += [f"{SHORT}."] if seen.granted.short else []
    order = [f"{WHO_PAYS[each.payer]} ({each.most:,})" for each in pockets]
    lines.append(f"-# An edit here is paid by the first that covers it: {', then '.join(order)}.")
    return page_of([ui.TextDisplay("\n".join(lines)), row(NEWEST, "history")])


def render_history(history: History) -> ui.LayoutView:
    """Draw a page of entries, each with what was there after it."""
    title = f"### Your credits: {history.available:,} available, {history.held:,} held"
    parts: list[ui.Item[Any]] = [ui.TextDisplay(title)]
    for entry in history.entries:
        parts += [ui.Separator(), ui.TextDisplay(entry_text(entry))]
    if not history.entries:
        parts.append(ui.TextDisplay("Nothing has moved yet. Your first edit brings the first."))
    buttons: ui.ActionRow[Any] = ui.ActionRow()
    if not history.newest:
        buttons.add_item(TaskButton("history", NEWEST, "Newest"))
    if history.older:
        buttons.add_item(TaskButton("history", cursor_text(history.older), "Older"))
    if buttons.children:
        parts.append(buttons)
    return page_of(parts, BLUE if history.entries else GREY)


def cursor_text(cursor: Cursor) -> str:
    """What the button to a page carries."""
    return f"{cursor.before_id}-{cursor.available}"


def read_cursor(text: str) -> Cursor | None:
    """The page that a button asks for; nonsense is the newest one."""
    parts = text.split("-")
    if len(parts) != 2 or not all(p.isascii() and p.isdecimal() and len(p) < 19 for p in parts):
        return None
    return Cursor(int(parts[0]), int(parts[1]))


def entry_text(entry: Entry) -> str:
    """One transfer in two lines: what it changed, and what it was for."""
    change = f"{entry.change:+,}" if entry.change else "±0"
    facts = (f"**{change}** → {entry.available:,}", what(entry), words.moment(entry.at))
    edit = entry.edit
    why = words.plain(entry.reason, REASON_SHOWN_MAX) if entry.reason else ""
    small = (f"edit {edit.id}" if edit else "", _link(edit), f"“{why}”" if why else "")
    told = " · ".join(filter(None, small))
    return " · ".join(facts) + (f"\n-# {told}" if told else "")


def what(entry: Entry) -> str:
    """Say what a transfer was."""
    if entry.kind == "hold":
        return "held for an edit"
    if entry.kind == "resolve":
        paid = entry.held - entry.change
        return f"edit paid, {words.credits(paid)}" if paid else "edit not charged, given back"
    other, by = account_name(entry.other), words.mention(entry.actor_id)
    match entry.purpose:
        case Purpose.GIVE:
            return f"{'from' if entry.incoming else 'to'} {other}"
        case Purpose.GRANT:
            return f"granted by {by}" if entry.actor_id else "granted by the operator"
        case Purpose.TAKE:
            return f"taken by {by}"
        case Purpose.FIRST:
            return "first grant"
        case Purpose.TOPUP:
            return "allowance"
        case Purpose.SPONSOR:
            return "set aside for a thread"
        case Purpose.BACK:
            return "back from a thread"
        case _:
            return f"{'from' if entry.incoming else 'to'} {other}"


def account_name(code: str) -> str:
    """Name an account as people do."""
    kind, _, rest = code.partition(":")
    match kind:
        case "user":
            return words.mention(int(rest.partition(":")[2] or 0))
        case "pool":
            return "the server's pool"
        case "sponsor":
            return f"<#{rest}>"
        case "deleted":
            return "a member who was forgotten"
        case _:
            return code


def _link(edit: Edit | None) -> str:
    if edit is None or edit.message_id is None:
        return ""
    place = f"{edit.guild_id or '@me'}/{edit.channel_id}/{edit.message_id}"
    return f"[card](https://discord.com/channels/{place})"


def render_ranks(page: Page[Rank], board: Board, days: int) -> ui.LayoutView:
    """Draw a page of a ranking, with the way to the others."""
    title, counted = BOARDS[board]
    span = f"in the last {days} days" if days else "of all time"
    lines = [
        f"{each.place}. {words.mention(each.user_id)} · {words.counted(each.number, counted)}"
        for each in page.items
    ]
    lines = lines or ["Nobody yet."]
    text = "\n".join((f"### {title} {span}", *lines))
    others: ui.ActionRow[Any] = ui.ActionRow()
    for each in Board:
        if each is not board:
            others.add_item(TaskButton("ranks", f"{each}-{days}-1", BOARDS[each][0]))
    turn: ui.ActionRow[Any] = ui.ActionRow()
    for number, label in ((page.number - 1, "Back"), (page.number + 1, "More")):
        if 1 <= number <= page.pages:
            turn.add_item(TaskButton("ranks", f"{board}-{days}-{number}", label))
    # A text of its own: some clients take a line below a list for a part of it.
    off = ui.TextDisplay[Any]("-# `/settings` takes you off this list.")
    return page_of([ui.TextDisplay(text), off, *([turn] if turn.children else []), others])


def render_stats(spending: Spending, chart: Chart, view: View, file_name: str) -> ui.LayoutView:
    """Draw a chart with its numbers; the file goes along under its name."""
    days = len(spending.days)
    cost, edits = words.credits(spending.credits), words.counted(spending.edits, "edit")
    head = f"### Credits spent here in the last {days} days\n{cost} for {edits}."
    picture = MediaGalleryItem(f"attachment://{file_name}", description=chart.alt)
    parts: list[ui.Item[Any]] = [ui.TextDisplay(head), ui.MediaGallery(picture)]
    if view is View.MEMBER and spending.members:
        parts.append(ui.TextDisplay("\n".join(_named(spending))))
    buttons: ui.ActionRow[Any] = ui.ActionRow()
    for each, label in VIEWS.items():
        if each is not view:
            buttons.add_item(TaskButton("chart", f"{each}-{days}", label))
    return page_of([*parts, buttons])


def _named(spending: Spending) -> list[str]:
    return [
        f"{place}. {words.mention(int(each.name)) if each.name else 'all others'} · "
        f"{words.credits(each.credits)}"
        for place, each in enumerate(spending.members, start=1)
    ]


def render_confirm(user_id: int, amount: int, key: str) -> ui.LayoutView:
    """Ask before a larger gift."""
    text = (
        f"### Give {words.credits(amount)} to {words.mention(user_id)}?\n"
        "A gift cannot be taken back. Nothing has moved yet."
    )
    return page_of([ui.TextDisplay(text), row(f"{user_id}-{amount}-{key}", "give")])


def read_gift(text: str) -> tuple[int, int, str] | None:
    """To whom, how many, and the key of the question; None for what no button of ours carries."""
    parts = text.split("-")
    fits = len(parts) == 3 and all(each.isascii() and each.isdecimal() for each in parts)
    return (int(parts[0]), int(parts[1]), parts[2]) if fits else None


def said(text: str) -> ui.LayoutView:
    """One sentence in place of whatever asked for it."""
    return page_of([ui.TextDisplay(text)])


def with_file(text: str, name: str) -> ui.LayoutView:
    """A sentence with a file of the same message."""
    return page_of([ui.TextDisplay(text), ui.File(f"attachment://{name}")])


def file_of(data: bytes, name: str) -> File:
    """Bytes as a file to send."""
    return File(BytesIO(data), name)
