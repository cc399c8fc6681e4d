"""The ways in which a request to Discord fails, as data."""

import json
from dataclasses import dataclass, field
from enum import Enum, auto

JSON = {"Content-Type": "application/json"}
HTML = {"Content-Type": "text/html"}


class Lost(Enum):
    """How a connection ends without an answer."""

    NO = auto()
    RESET = auto()
    DISCONNECTED = auto()


@dataclass(frozen=True)
class Fault:
    """One broken answer; with `took_effect` Discord did what was asked all the same.

    With `is_gone` the message that was asked for is gone for good.
    """

    name: str
    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    lost: Lost = Lost.NO
    took_effect: bool = False
    is_gone: bool = False

    def __str__(self) -> str:
        return self.name


def down(status: int, *, took_effect: bool = False) -> Fault:
    """Discord's servers stumble."""
    name = f"{status}{'-after' if took_effect else ''}"
    return Fault(name, status, "<html>upstream</html>", HTML, took_effect=took_effect)


def refusal(status: int, code: int, text: str) -> Fault:
    """Discord says no, and why."""
    body = json.dumps({"code": code, "message": text})
    return Fault(f"{status}-{code}", status, body, JSON, is_gone=code == 10008)


def limited(wait_s: float, *, everywhere: bool = False) -> Fault:
    """Too many requests on a route, or on all of them."""
    body = {"message": "limited", "retry_after": wait_s, "global": everywhere}
    headers = {**JSON, "Via": "1.1 edge", "Retry-After": str(int(wait_s) or 1)}
    name = f"429-{'global-' if everywhere else ''}{wait_s:g}s"
    return Fault(name, 429, json.dumps(body), headers)


BANNED = Fault("429-edge", 429, "error code: 1015", {**HTML, "Retry-After": "90"})
RESET = Fault("reset", lost=Lost.RESET)
DISCONNECTED = Fault("disconnected", lost=Lost.DISCONNECTED)
RESET_AFTER = Fault("reset-after", lost=Lost.RESET, took_effect=True)
DISCONNECTED_AFTER = Fault("disconnected-after", lost=Lost.DISCONNECTED, took_effect=True)

# Passes by itself: once, a few times, or for as long as the outage lasts.
PASSING = (
    down(500),
    down(502),
    down(503),
    down(500, took_effect=True),
    down(502, took_effect=True),
    limited(0.5),
    limited(600),
    limited(5, everywhere=True),
    limited(600, everywhere=True),
    BANNED,
    RESET,
    DISCONNECTED,
    RESET_AFTER,
    DISCONNECTED_AFTER,
)
# Stays as it is until somebody does something about it.
REFUSALS = (
    refusal(401, 0, "401: Unauthorized"),
    refusal(401, 50027, "Invalid Webhook Token"),
    refusal(403, 50001, "Missing Access"),
    refusal(403, 50013, "Missing Permissions"),
    refusal(404, 10003, "Unknown Channel"),
    refusal(404, 10008, "Unknown Message"),
    refusal(404, 10015, "Unknown Webhook"),
    refusal(404, 10062, "Unknown interaction"),
    refusal(400, 30046, "Maximum number of edits to messages older than 1 hour reached"),
    refusal(400, 50035, "Invalid Form Body"),
    refusal(400, 50083, "Thread is archived"),
    refusal(403, 160005, "Thread is locked"),
    refusal(413, 40005, "Request entity too large"),
    refusal(404, 10004, "Unknown Guild"),
)
FAULTS = (*PASSING, *REFUSALS)
