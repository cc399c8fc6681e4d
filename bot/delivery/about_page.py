"""What `/about` looks like."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from discord import ui

from bot.delivery import words
from bot.delivery.providers_page import health
from bot.delivery.status import BLUE
from bot.services.standing import ProviderStanding, Standing

INTRO = (
    "### inpaint-bot\n"
    "I edit parts of pictures: you give a picture, say where and what, and nothing else changes. "
    "`/help` shows how."
)
KEPT = (
    "**Privacy**\n"
    "I keep your pictures, masks and prompts for {days} days at most, to go on from "
    "and to show again. Of messages I read only replies that call me, what they reply to, and "
    "those that you pick by a right-click."
)
NO_COUNT = "cannot be counted right now"


def render_about(
    version: str, seen: Standing, now: datetime, retention_days: int, privacy_url: str
) -> ui.LayoutView:
    """Draw the page; an empty `privacy_url` leaves the link out."""
    parts: list[ui.Item[Any]] = [
        ui.TextDisplay(INTRO),
        ui.Separator(),
        ui.TextDisplay("\n".join(_facts(version, seen, now))),
        ui.TextDisplay("\n".join(_providers(seen.providers))),
        ui.Separator(),
        ui.TextDisplay(KEPT.format(days=retention_days)),
    ]
    if privacy_url:
        link: ui.ActionRow[Any] = ui.ActionRow()
        parts.append(link.add_item(ui.Button(label="Privacy", url=privacy_url)))
    box: ui.Container[Any] = ui.Container(*parts, accent_color=BLUE)
    return ui.LayoutView(timeout=None).add_item(box)


def _facts(version: str, seen: Standing, now: datetime) -> list[str]:
    up = words.duration((now - seen.started_at).total_seconds())
    return [f"**Version** {version} · up for {up}", f"**Queue** {_queue(seen.queue_length)}"]


def _queue(length: int | None) -> str:
    if length is None:
        return NO_COUNT
    return "nobody waits" if not length else f"{length} waiting for their turn"


def _providers(providers: Sequence[ProviderStanding]) -> list[str]:
    if not providers:
        return ["**Providers** none is switched on"]
    return ["**Providers**", *(f"- {_provider(each)}" for each in providers)]


def _provider(each: ProviderStanding) -> str:
    ended = each.done + each.failed
    facts = (
        health(each),
        f"{each.working} at work" if each.working else "",
        f"{each.waiting} waiting" if each.waiting else "",
        f"{each.done} of {ended} done since yesterday" if ended else "",
    )
    return f"{each.title}: {', '.join(fact for fact in facts if fact)}"
