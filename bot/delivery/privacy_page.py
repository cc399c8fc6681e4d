"""What `/privacy` says before and after; pure functions."""

from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.buttons import row
from bot.delivery.credit_pages import page_of
from bot.delivery.status import AMBER
from bot.services.dossier import Packed
from bot.services.erasure import Asked

NOTHING_KEPT = "Nothing is kept about you."
ONLY_HASHES = (
    "You had everything deleted. What is left is in this file: a salted hash of your id for each "
    "server, only to refuse a second first grant."
)
NOTHING_TO_DELETE = "Nothing is kept about you that could be deleted."
BEFORE = (
    "### Delete everything that I keep about you?\n"
    "In every server, and for good:\n"
    "- your pictures, masks, results, prompts, cards and settings go;\n"
    "- live edits end first: what is not at a provider yet is cancelled and given back;\n"
    "- your credits go to the server's pool, also those set aside for threads;\n"
    "- payments stay in the books without your name."
)
HASH_BEFORE = (
    "A salted hash for each server stays, only so that nobody gets a second first grant by being "
    "deleted; until midnight UTC with what you spent of its pool today. `/privacy export` gives "
    "you all of it before."
)
HASH = (
    "A salted hash for each server stays, only to refuse a second first grant and, today, a second "
    "share of the pool. Payments stay in the books without your name."
)


def render_before() -> ui.LayoutView:
    """Ask before everything goes."""
    # Two texts: some clients take a line below a list for a part of it.
    texts = (ui.TextDisplay[Any](each) for each in (BEFORE, HASH_BEFORE))
    return page_of([*texts, row("-", "forget")], AMBER)


def after_text(asked: Asked) -> str:
    """What became of the wish."""
    if asked.live is None:
        return NOTHING_TO_DELETE
    if asked.live:
        is_one = asked.live == 1
        edits = "1 edit of yours is" if is_one else f"{asked.live} edits of yours are"
        end = "it ends" if is_one else "they end"
        return (
            f"{edits} at a provider and cannot be taken back. As soon as {end}, I delete "
            f"everything, also after a restart; until then I take nothing new of you. {HASH}"
        )
    return (
        "I deleted everything that I kept about you. Your cards go now; files and free space in "
        f"the database follow within a few hours. {HASH}"
    )


def export_text(packed: Packed) -> str:
    """What is in the file."""
    if packed.only_hashes:
        return ONLY_HASHES
    left = (
        f" {packed.left_out:,} more pictures did not fit into what Discord takes here; "
        "`/task show` brings each back."
        if packed.left_out
        else ""
    )
    edits, pictures = words.counted(packed.edits, "edit"), words.counted(packed.pictures, "picture")
    return (
        f"Everything that I keep about you: {edits}, {pictures}, your credits and settings, in "
        f"all servers.{left}"
    )
