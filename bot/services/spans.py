"""How long something holds, as people write it: `7d`, `12 hours`, `2026-12-24`, nothing at all."""

import re
from datetime import UTC, datetime, timedelta

from bot.errors import BadOption
from bot.quoting import cited

FOR_GOOD = "for good"
IDEAS = ("1 hour", "1 day", "7 days", "30 days", FOR_GOOD)
SPAN = re.compile(r"(\d{1,5})\s*(m|min|minutes?|h|hours?|d|days?|w|weeks?)")
UNITS = {
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
YEARS_MAX = timedelta(days=3660)


def parse_until(text: str, now: datetime) -> datetime | None:
    """The moment that is meant; None is for good. Raises BadOption."""
    typed = text.strip().lower()
    if typed in {"", FOR_GOOD}:
        return None
    until = _moment(typed, now)
    if until is None:
        raise BadOption(
            f"I cannot read `{cited(typed, 40)}` as a time. Write `12h`, `7d`, a day like "
            f"`{now + timedelta(days=30):%Y-%m-%d}`, or leave it out for good. Nothing was changed."
        )
    if not now < until <= now + YEARS_MAX:
        raise BadOption("That time is over, or too far away. Nothing was changed.")
    return until


def _moment(typed: str, now: datetime) -> datetime | None:
    if match := SPAN.fullmatch(typed):
        return now + int(match[1]) * UNITS[match[2][0]]
    try:
        return datetime.strptime(typed, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
