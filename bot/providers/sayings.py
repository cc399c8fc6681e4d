"""What services say in words: whether a filter spoke, and what of it a member may read."""

import re
from collections.abc import Mapping
from typing import Any, cast

REASON_CHARS_MAX = 160
# How safety filters are worded; each was seen in a service's documents or clients.
_FILTERS = re.compile(
    r"nsfw|moderat|safety|banned|flagged|sensitive|prohibited|inappropriate|content polic",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\S*://\S*|data:\S*")


def is_filter(text: str) -> bool:
    """The words are those of a safety filter."""
    return bool(_FILTERS.search(text))


def reason(text: str) -> str:
    """The text without addresses (some are credentials), on one line and short; may be empty."""
    plain = " ".join(_ADDRESS.sub("", text).split()).rstrip(".")
    return plain if len(plain) <= REASON_CHARS_MAX else f"{plain[: REASON_CHARS_MAX - 1]}…"


def first_text(body: Any, *names: str) -> str:
    """The first of these fields that is a text with something in it; "" where none is."""
    if not isinstance(body, Mapping):
        return ""
    found = (cast("Mapping[str, Any]", body).get(name) for name in names)
    return next((each for each in found if isinstance(each, str) and each.strip()), "")
