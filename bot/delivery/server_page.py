"""What `/server settings` looks like, and the forms that open from it; pure functions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from discord import ui

from bot.delivery import selects, words
from bot.delivery.buttons import row
from bot.delivery.forms import Field, modal
from bot.delivery.selects import Option
from bot.delivery.settings_page import ANY, about
from bot.delivery.status import AMBER, BLUE
from bot.providers.base import ProviderSpec
from bot.services.guild_rules import GuildRules
from bot.services.guilds import Overview
from bot.services.limits import Limits

INTRO = (
    "### Settings of this server\n"
    "Changes are saved at once and written into the log, with who made them."
)
PAUSED = "**New edits are paused.** What is running goes on."
SENTENCE_LENGTH_MAX = 300
WORDS_LENGTH_MAX = 3000


@dataclass(frozen=True, slots=True)
class Operator:
    """What the operator set: no server can go beyond it."""

    limits: Limits
    retention_days: int


def render_server(
    seen: Overview, offers: Sequence[ProviderSpec], operator: Operator
) -> ui.LayoutView:
    """Draw the page; `offers` are all providers that are switched on."""
    rules = seen.rules
    parts: list[ui.Item[Any]] = [ui.TextDisplay(INTRO)]
    if rules.paused:
        parts.append(ui.TextDisplay(PAUSED))
    parts += [ui.Separator(), *_menus(rules, offers), ui.Separator()]
    parts.append(ui.TextDisplay("\n".join(_facts(seen, operator))))
    pause = "resume" if rules.paused else "pause"
    parts += [row("-", "limits", "words", pause), row("1", "blocked", "changes")]
    box: ui.Container[Any] = ui.Container(*parts, accent_color=AMBER if rules.paused else BLUE)
    return ui.LayoutView(timeout=None).add_item(box)


def limits_form(rules: GuildRules, operator: Operator) -> ui.Modal:
    """A form for the numbers; an empty one leaves it to the operator."""
    most = operator.limits
    return modal(
        "limits",
        "Limits of this server",
        [
            _number("live_member_max", "Edits at once, a member", rules, most.live_member_max),
            _number("live_guild_max", "Edits at once, the server", rules, most.live_guild_max),
            _number("prompt_length_max", "Longest prompt", rules, most.prompt_length_max),
            _number(
                "retention_days", "Days that pictures are kept", rules, operator.retention_days
            ),
        ],
    )


def words_form(rules: GuildRules) -> ui.Modal:
    """A form for the blocked words and what their writer reads."""
    return modal(
        "words",
        "Blocked words",
        [
            Field(
                "blocked_words",
                "Words and phrases",
                ", ".join(rules.blocked_words),
                "Parted by commas; whole words, in any case",
                WORDS_LENGTH_MAX,
                long=True,
            ),
            Field(
                "words_sentence",
                "What the member reads",
                rules.words_sentence,
                "Left empty, I name the word",
                SENTENCE_LENGTH_MAX,
                long=True,
            ),
        ],
    )


def _menus(rules: GuildRules, offers: Sequence[ProviderSpec]) -> list[ui.Item[Any]]:
    allowed = [spec for spec in offers if rules.allows(spec.slug)]
    return [
        ui.TextDisplay("**Providers allowed**"),
        selects.some_of("providers", _options(offers), rules.providers, "All of them"),
        ui.TextDisplay("**Default provider**"),
        selects.one_of("default", [_ANYONE, *_options(allowed)], rules.default_provider or ANY),
        ui.TextDisplay("**Channels where the bot may be used**"),
        selects.channels("channels", rules.channels, "Every channel"),
        ui.TextDisplay("**Roles that may use it**"),
        selects.roles("roles", rules.roles, "Everyone"),
        ui.TextDisplay("**Channel that reports go to**"),
        selects.channels("reports", _one(rules.report_channel), "None", most=1, posts=True),
    ]


_ANYONE = Option(ANY, "Let the bot pick", "One that can do what is asked for")


def _options(offers: Sequence[ProviderSpec]) -> list[Option]:
    return [Option(spec.slug, spec.title, about(spec)) for spec in offers]


def _one(channel_id: int | None) -> tuple[int, ...]:
    return (channel_id,) if channel_id else ()


def _facts(seen: Overview, operator: Operator) -> list[str]:
    rules, limits = seen.rules, operator.limits.under(seen.rules)
    days = min(operator.retention_days, rules.retention_days or operator.retention_days)
    sentence = rules.words_sentence and f" · “{words.plain(rules.words_sentence, 100)}”"
    return [
        f"**Limits** {limits.live_member_max} edits at once a member, {limits.live_guild_max} the "
        f"server · prompts up to {limits.prompt_length_max:,} characters · pictures kept {days} "
        "days",
        f"**Blocked words** {len(rules.blocked_words) or 'none'}{sentence}",
        f"**Blocked members** {seen.blocked or 'none'}",
    ]


def _number(name: str, label: str, rules: GuildRules, most: int) -> Field:
    value = getattr(rules, name)
    hint = f"1 to {most:,}; left empty, {most:,}"
    return Field(name, label, "" if value is None else str(value), hint, 9)
