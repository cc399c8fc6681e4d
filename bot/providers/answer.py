"""What a provider's HTTP answer means: the error map, pure, by status and kind of call."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    NotSent,
    ProviderError,
    QuotaSpent,
    Rejected,
    Unavailable,
)
from bot.providers.sayings import SPAN_S_MAX, names_in

# Statuses by which a server says that it took nothing on. Not among them: 408 and 409 (it may
# have begun), and a 503 without Retry-After (proxies answer it for connections that broke midway).
REFUSALS = frozenset({400, 404, 405, 406, 410, 411, 413, 414, 415, 422, 431, 451})
PASSING = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; `body` is the JSON, None where it is empty or cannot be read."""

    status: int
    body: Any
    is_empty: bool = False
    is_readable: bool = True
    retry_after_s: float | None = None
    content_type: str = ""
    data: bytes = field(default=b"", repr=False)

    @property
    def is_good(self) -> bool:
        """The call was accepted."""
        return 200 <= self.status < 300

    @property
    def is_picture(self) -> bool:
        """The server says that the body is a picture."""
        return self.content_type.startswith("image/")

    @property
    def shape(self) -> str:
        """The status and the names in the body; never its values."""
        if isinstance(self.body, dict):
            return f"{self.status}, keys {names_in(cast('dict[str, Any]', self.body))}"
        return f"{self.status}, {type(self.body).__name__}"


def read(status: int, data: bytes, retry_after: str, content_type: str = "") -> Answer:
    """Return the answer that these bytes are."""
    after_s = _seconds(retry_after)
    try:
        return Answer(status, json.loads(data), False, True, after_s, content_type, data)
    except (ValueError, RecursionError):
        return Answer(status, None, not data, False, after_s, content_type, data)


def _seconds(retry_after: str) -> float | None:
    """Read seconds or a date; anything else is nothing."""
    if retry_after.isdecimal():
        return min(float(retry_after), SPAN_S_MAX)
    try:
        left = parsedate_to_datetime(retry_after) - datetime.now(UTC)
    except (ValueError, TypeError):
        return None
    return min(max(0.0, left.total_seconds()), SPAN_S_MAX)


def submit_error(answer: Answer) -> ProviderError:
    """Return what anything but a readable 2xx means for a call that starts paid work."""
    note, after_s = f"submit answered {answer.shape}", answer.retry_after_s
    match answer.status:
        case 401 | 403:
            return AuthFailed(log=note)
        case 402:
            return QuotaSpent(log=note)
        case 429:
            return NotSent(log=note, retry_after_s=after_s)
        case 503 if after_s is not None:
            return NotSent(log=note, retry_after_s=after_s)
        case status if status in REFUSALS:
            return Rejected(log=note)
        case _:
            return AmbiguousSubmit(log=note)


def other_error(answer: Answer) -> ProviderError:
    """Return what anything but a readable 2xx means for a call that may be repeated."""
    note = f"answered {answer.shape}"
    match answer.status:
        case 401 | 403:
            return AuthFailed(log=note)
        case 402:
            return QuotaSpent(log=note)
        case status if status in PASSING or status >= 500:
            return Unavailable(log=note)
        case status if 400 <= status < 500:
            return Rejected(log=note)
        case _:
            return BadAnswer(log=note)
