"""What `/settings` looks like: a member's own choices, each saved as soon as it is made."""

from collections.abc import Sequence
from typing import Any

from discord import ui

from bot.delivery.selects import Option, one_of
from bot.delivery.status import BLUE
from bot.domain import Op
from bot.providers.base import PromptUse, ProviderSpec
from bot.services.preferences import Ping, Preferences

ANY = "-"  # no provider is called so
ASK_FIRST, GO_AT_ONCE = "ask", "go"
INTRO = (
    "### Your settings\nThey hold for you in every server with this bot. Changes are saved at once."
)
PINGS = (
    Option(Ping.OFF, "Never", "The card says it all"),
    Option(Ping.LONG, "After long edits", "When you may have looked away meanwhile"),
    Option(Ping.ALWAYS, "After every edit"),
)
ASKING = (
    Option(GO_AT_ONCE, "Go at once", "I only ask where I doubt the mask"),
    Option(ASK_FIRST, "Always ask me first", "I show the mask and the cost, and you press Go"),
)
REPLYING = (
    Option(ASK_FIRST, "Ask me first", "I show what I understood, and you press Go"),
    Option(GO_AT_ONCE, "Go at once", "I only ask where I doubt the mask"),
)
RANKED, UNRANKED = "yes", "no"
RANKING = (
    Option(RANKED, "Show me on leaderboards", "What I make, spend and give in this server"),
    Option(UNRANKED, "Leave me out", "In charts I count among the others"),
)


def render_settings(chosen: Preferences, offers: Sequence[ProviderSpec]) -> ui.LayoutView:
    """Draw the page; `offers` are the providers that may be used in this server."""
    asking = ASK_FIRST if chosen.ask_first else GO_AT_ONCE
    known = {spec.slug for spec in offers}
    favorite = chosen.default_provider if chosen.default_provider in known else ANY
    parts: list[ui.Item[Any]] = [
        ui.TextDisplay(INTRO),
        ui.Separator(),
        ui.TextDisplay("**Ping me when an edit is over**"),
        one_of("ping", PINGS, chosen.ping),
        ui.TextDisplay("**Before an edit goes**"),
        one_of("askfirst", ASKING, asking),
        ui.TextDisplay("**What I ask for in a reply to a picture**"),
        one_of("replies", REPLYING, GO_AT_ONCE if chosen.replies_at_once else ASK_FIRST),
        ui.TextDisplay("**The provider I like best**"),
        one_of("favorite", _providers(offers), favorite),
        ui.TextDisplay("**Leaderboards**"),
        one_of("ranked", RANKING, RANKED if chosen.on_leaderboard else UNRANKED),
    ]
    if chosen.default_provider and favorite == ANY:
        said = f"-# `{chosen.default_provider}` cannot be used in this server."
        parts.append(ui.TextDisplay(said))
    box: ui.Container[Any] = ui.Container(*parts, accent_color=BLUE)
    return ui.LayoutView(timeout=None).add_item(box)


def _providers(offers: Sequence[ProviderSpec]) -> list[Option]:
    anyone = Option(ANY, "Let the bot pick", "One that can do what you ask for")
    return [anyone, *(Option(spec.slug, spec.title, about(spec)) for spec in offers)]


def about(spec: ProviderSpec) -> str:
    """Say what is worth knowing before choosing."""
    offer = spec.ops.get(Op.INPAINT)
    if offer is None:
        return ""
    free = "Free" if not offer.price.units else ""
    unread = "does not read the prompt" if offer.prompt is PromptUse.UNUSED else ""
    return ", ".join(fact for fact in (free, unread) if fact).capitalize()
