"""What an admin filled into a form, as values; every refusal says what would fit."""

from collections.abc import Mapping
from typing import Any

from bot.delivery.server_page import Operator
from bot.errors import BadOption
from bot.quoting import cited
from bot.services.guild_rules import TITLES
from bot.services.wordlist import WORD_LENGTH_MAX, WORDS_MAX, parse_words


def read_limits(values: Mapping[str, str], operator: Operator) -> dict[str, Any]:
    """The numbers, each within what the operator allows; an empty one is the operator's own."""
    most = {
        "live_member_max": operator.limits.live_member_max,
        "live_guild_max": operator.limits.live_guild_max,
        "prompt_length_max": operator.limits.prompt_length_max,
        "retention_days": operator.retention_days,
    }
    return {name: _number(name, values.get(name, ""), limit) for name, limit in most.items()}


def _number(name: str, text: str, most: int) -> int | None:
    typed = text.strip().replace(",", "")
    if not typed:
        return None
    if not (typed.isascii() and typed.isdecimal() and 1 <= int(typed) <= most):
        raise BadOption(
            f"**{TITLES[name]}** goes from 1 to {most:,}, and `{cited(typed, 20)}` does not fit. "
            "Nothing was changed."
        )
    return int(typed)


def read_words(values: Mapping[str, str]) -> dict[str, Any]:
    """The blocked words and their sentence."""
    words = parse_words(values.get("blocked_words", ""))
    long = next((word for word in words if len(word) > WORD_LENGTH_MAX), None)
    if long:
        raise BadOption(
            f"`{cited(long, WORD_LENGTH_MAX)}…` is too long; a word or phrase has at most "
            f"{WORD_LENGTH_MAX} characters. Part them by commas. Nothing was changed."
        )
    if len(words) > WORDS_MAX:
        raise BadOption(f"I take {WORDS_MAX} words at most, not {len(words)}. Nothing was changed.")
    sentence = " ".join(values.get("words_sentence", "").split())
    return {"blocked_words": words, "words_sentence": sentence}
