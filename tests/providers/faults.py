"""What can go wrong with a provider, and how each ends: one table for all of them.

`ends` is the task's state, and its error code where it failed. `submits` is how many starting calls
arrive. A `Case` names the rows that end in another way with it, or cannot happen to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.standins.faults import Behavior, Fault, Kind

ELSEWHERE = "https://pictures.elsewhere.example/1.png"
PRIVATE = "http://169.254.169.254/latest/meta-data"
ODD = {"hello": "world"}
STARTS_MAX = 5


@dataclass(frozen=True)
class Row:
    """`call` has the fault; a behavior is told to the stand-in; `away`: nobody listens."""

    ends: str
    call: str = "submit"
    fault: Mapping[str, Any] = field(default_factory=dict[str, Any])
    behavior: str = ""
    submits: int | None = 1
    away: str = ""
    count: int = 1
    spec: Mapping[str, Any] = field(default_factory=dict[str, Any])
    file_life_s: float = 3600.0
    pace_s: float = 0.0

    def laid(self) -> dict[str, Fault]:
        """A fault of its own for each test: it counts down."""
        return {self.call: Fault(**self.fault)} if self.fault else {}


def _status(status: int, ends: str, call: str = "submit", **more: Any) -> Row:
    submits, retry_after = more.pop("submits", 1), more.pop("retry_after", None)
    headers = {"Retry-After": retry_after} if retry_after else {}
    fault = {"kind": Kind.STATUS, "status": status, "body": {"detail": "because"}, **more}
    return Row(ends, call, {**fault, "headers": headers}, submits=submits)


def _kind(kind: Kind, ends: str, call: str = "submit", times: int = 0) -> Row:
    return Row(ends, call, {"kind": kind, "times": times})


def _does(behavior: str, ends: str, **more: Any) -> Row:
    return Row(ends, behavior=behavior, **more)


NOTHING_SENT = "failed not_sent"
LOST = "unknown unknown"

SUBMIT = {
    "nobody listens": Row(NOTHING_SENT, away="refused", submits=0),
    "nobody answers the door": Row(NOTHING_SENT, away="timeout", submits=0),
    "silence": Row(LOST, fault={"kind": Kind.HANG}, spec={"submit_timeout_s": 0.5}),
    "reset in the middle": _kind(Kind.RESET, LOST),
    "400": _status(400, "failed rejected"),
    "401": _status(401, "failed auth"),
    "402": _status(402, "failed quota"),
    "403": _status(403, "failed auth"),
    "404": _status(404, "failed rejected"),
    "413": _status(413, "failed rejected"),
    "429 always": _status(429, NOTHING_SENT, submits=STARTS_MAX),
    "429 once": _status(429, "done", submits=2, times=1),
    "429 says when": _status(429, "done", submits=2, times=1, retry_after="7"),
    "500": _status(500, LOST),
    "502": _status(502, LOST),
    "503": _status(503, LOST),
    "503 says when": _status(503, "done", submits=2, times=1, retry_after="7"),
    "a page": _kind(Kind.HTML, LOST),
    "broken JSON": _kind(Kind.BROKEN, LOST),
    "another shape": Row(LOST, fault={"kind": Kind.STATUS, "body": ODD}),
    "a filter refuses": _does(Behavior.NSFW, "failed filtered"),
    "it fails there": _does(Behavior.FAILED, "failed rejected"),
    "success without a picture": _does(Behavior.EMPTY, "failed bad_answer"),
}
FEWER = {"fewer pictures": _does(Behavior.FEWER, "done", count=2)}

POLL = {
    "poll: reset once": _kind(Kind.RESET, "done", "poll", times=1),
    "poll: a page once": _kind(Kind.HTML, "done", "poll", times=1),
    "poll: a page always": _kind(Kind.HTML, "failed bad_answer", "poll"),
    "poll: broken JSON twice": _kind(Kind.BROKEN, "done", "poll", times=2),
    "poll: another shape": Row("failed bad_answer", "poll", {"kind": Kind.STATUS, "body": ODD}),
    "poll: 401": _status(401, "failed auth", "poll"),
    "poll: 404": _status(404, "failed rejected", "poll"),
    "poll: 429 twice": _status(429, "done", "poll", times=2),
    "poll: 500 for a while": _status(500, "done", "poll", times=9),
    "poll: 503 says when": _status(503, "done", "poll", times=1, retry_after="1"),
    "never finishing": _does(Behavior.ENDLESS, "failed deadline", spec={"deadline_s": 40.0}),
}

NO_PICTURE = "failed bad_answer"
SHORT_LIVED = {"result_lifetime_s": 20.0}
PICTURES = {
    "not a picture inside": _does(Behavior.GARBAGE, NO_PICTURE),
    "of another shape": _does(Behavior.OTHER_SIZE, NO_PICTURE),
    "of another type than it says": _does(Behavior.OTHER_TYPE, "done"),
    "too large": _does(Behavior.HUGE, NO_PICTURE),
    "blank": _does(Behavior.BLANK, "done"),
}
DOWNLOAD = {
    "file: 403": _status(403, NO_PICTURE, "file"),
    "file: 404": _status(404, NO_PICTURE, "file"),
    "file: 500 always": replace(_status(500, NO_PICTURE, "file"), spec=SHORT_LIVED),
    "file: 503 once": _status(503, "done", "file", times=1),
    "file: reset once": _kind(Kind.RESET, "done", "file", times=1),
    "file: reset always": replace(_kind(Kind.RESET, NO_PICTURE, "file"), spec=SHORT_LIVED),
    "file: a page": _kind(Kind.HTML, NO_PICTURE, "file"),
    "file: redirected elsewhere": Row(
        NO_PICTURE, "file", {"kind": Kind.STATUS, "status": 302, "headers": {"Location": ELSEWHERE}}
    ),
    "file: redirected into a private network": Row(
        NO_PICTURE, "file", {"kind": Kind.STATUS, "status": 302, "headers": {"Location": PRIVATE}}
    ),
    "file: on another host": _does(Behavior.FOREIGN_URL, NO_PICTURE),
    "file: on a private address": _does(Behavior.PRIVATE_URL, NO_PICTURE),
    "file: expired": Row(NO_PICTURE, file_life_s=0.0),
}
ROWS = {**SUBMIT, **FEWER, **POLL, **PICTURES, **DOWNLOAD}
