"""What services say in words: whether a filter spoke, and what of it a member may read."""

import re
from collections.abc import Mapping
from typing import Any, cast

from bot.errors import AuthFailed, Filtered, NotSent, ProviderError, QuotaSpent, Rejected
from bot.log import REDACTED, clean

REASON_CHARS_MAX = 160
SPAN_S_MAX = 86_400.0
# How safety filters are worded; each was seen in a service's documents or clients.
_FILTERS = re.compile(
    r"nsfw|moderat|\bsafety\b|banned|flagged|sensitive|prohibited|inappropriate|content polic",
    re.IGNORECASE,
)
_SPENT = re.compile(
    r"(insufficient|not enough|out of|no more|add more|exceeded your)\W+(\w+\W+){0,3}"
    r"(credit|balance|fund|quota)|(credit|balance|fund)s?\W+(\w+\W+){0,2}"
    r"(insufficient|exhausted|not enough|too low)|payment required",
    re.IGNORECASE,
)
_KEY = re.compile(
    r"(invalid|wrong|missing|expired|incorrect|unknown)\W+(\w+\W+){0,2}(api.?key|key|token)\b"
    r"|(api.?key|token)\W+(\w+\W+){0,3}(invalid|wrong|missing|expired|incorrect|required)"
    r"|unauthori[sz]ed|authentication",
    re.IGNORECASE,
)
_BUSY = re.compile(r"rate.?limit|too many requests|queued requests|server is busy", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][\w-]{0,31}", re.ASCII)
_ADDRESS = re.compile(r"\S*://\S*|data:\S*")
# Keys, tokens and base64: no word is so long and has a digit in it.
_TOKEN = re.compile(r"(?=[^\s\d]*\d)[\w.+/=-]{24,}")


def is_filter(text: str) -> bool:
    """The words are those of a safety filter."""
    return bool(_FILTERS.search(text))


def reason(text: str) -> str:
    """The text on one line and short, without addresses and what else may open something.

    It may be empty.
    """
    harmless = _TOKEN.sub("", clean(_ADDRESS.sub("", text))).replace(REDACTED, "")
    plain = " ".join(harmless.split()).rstrip(".")
    return plain if len(plain) <= REASON_CHARS_MAX else f"{plain[: REASON_CHARS_MAX - 1]}…"


def first_text(body: Any, *names: str) -> str:
    """The first of these fields that is a text with something in it; "" where none is."""
    if not isinstance(body, Mapping):
        return ""
    found = (cast("Mapping[str, Any]", body).get(name) for name in names)
    return next((each for each in found if isinstance(each, str) and each.strip()), "")


def seconds(value: object) -> float | None:
    """A span that a service names, a day at most; None for what is none, such as NaN."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
        return None
    # JSON has infinities, and whole numbers too long for a float.
    return float(min(value, SPAN_S_MAX))


def names_in(body: Mapping[Any, Any]) -> list[str]:
    """The names of an object's fields, for a log; what does not look like a name is "?"."""
    return sorted({str(name) if _NAME.fullmatch(str(name)) else "?" for name in body})


def refusal(title: str, text: str, retry_after_s: float | None = None) -> ProviderError:
    """What a service's refusal in words means; the member reads its reason, the log does not."""
    note = f"refused in {len(text)} characters"
    if is_filter(text):
        return Filtered(log=f"{note}, by a filter")
    if _SPENT.search(text):
        return QuotaSpent(log=note)
    if _KEY.search(text):
        return AuthFailed(log=note)
    if _BUSY.search(text):
        return NotSent(log=f"{note}, as busy", retry_after_s=retry_after_s)
    why = reason(text)
    return Rejected(
        f"{title} refused this: {why}. You were not charged." if why else None, log=note
    )
