"""What `/credits sponsor` looks like; a pure function."""

from datetime import datetime
from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import row
from bot.delivery.credit_pages import page_of
from bot.delivery.status import GREY
from bot.services.sponsors import Sponsored

NOBODY = (
    "### Nobody pays for this thread\n"
    "`/credits sponsor amount:100` sets credits of yours aside: edits here cost them first, until "
    "they are spent or you end it. What is left comes back to you."
)
OVER = (
    "### {} no longer pays for this thread\n"
    "What is left goes back within a minute; what live edits hold follows as far as they do not "
    "need it."
)


def render_sponsor(seen: Sponsored | None, now: datetime) -> ui.LayoutView:
    """Draw who pays for a thread, with the way to end it."""
    if seen is None:
        return page_of([ui.TextDisplay(NOBODY)], GREY)
    if seen.until and seen.until <= now:
        return page_of([ui.TextDisplay(OVER.format(words.mention(seen.sponsor_id)))], GREY)
    until = f", until {words.date(seen.until)}" if seen.until else ""
    held = f" · {seen.held:,} held by live edits" if seen.held else ""
    text = (
        f"### {words.mention(seen.sponsor_id)} pays for this thread\n"
        f"{words.credits(seen.available)} left{until}{held}."
    )
    parts: list[ui.Item[Any]] = [ui.TextDisplay(text), row(str(seen.thread_id), "unsponsor")]
    return page_of(parts)
