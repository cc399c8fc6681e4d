"""What can go wrong with a provider, and how each ends: one table for all of them.

`ends` is the task's state, and its error code where it failed. `submits` is how many starting calls
arrive, and `logs` is a pattern of what the operator can read. A `Case` names the rows that end in
another way with it, or cannot happen to it.
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
    """`call` has the fault; a behavior is told to the stand-in.

    `away` is how a call does not get there at all, for `away_times` (0: never does it get there).
    """

    ends: str
    call: str = "submit"
    fault: Mapping[str, Any] = field(default_factory=dict[str, Any])
    behavior: str = ""
    submits: int | None = 1
    away: str = ""
    away_times: int = 0
    logs: str = ""
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
    logs = rf"(->|answered) {status}\b"
    return Row(ends, call, {**fault, "headers": headers}, submits=submits, logs=logs)


CUT = "RemoteProtocolError|ReadError"
SILENT = r"TimeoutError|ReadTimeout|-> cancelled|no whole picture in \d"
LOGS = {
    Kind.RESET: CUT,
    Kind.HTML: "answered 200, NoneType|begins with 3c68746d",
    Kind.BROKEN: "answered 200, NoneType|begins with 7b227374",
    Kind.HANG: SILENT,
}


def _kind(kind: Kind, ends: str, call: str = "submit", times: int = 0, **more: Any) -> Row:
    return Row(ends, call, {"kind": kind, "times": times}, logs=LOGS[kind], **more)


def _odd(ends: str, call: str, logs: str) -> Row:
    return Row(ends, call, {"kind": Kind.STATUS, "body": ODD}, logs=logs)


def _away(way: str, ends: str, call: str = "submit", times: int = 0, **more: Any) -> Row:
    logs = "ConnectError" if way == "refused" else "ConnectTimeout"
    return Row(ends, call, away=way, away_times=times, logs=logs, **more)


def _does(behavior: str, ends: str, **more: Any) -> Row:
    return Row(ends, behavior=behavior, **more)


# As ModelsLab documents it, and with the words where the others keep theirs.
BUSY_SAID = "Rate limit exceeded. Maximum 5 queued requests allowed."
BUSY: dict[str, Any] = {
    "status": "error",
    "message": BUSY_SAID,
    "errors": [{"msg": BUSY_SAID}],
    "error_data": BUSY_SAID,
    "retry_after": 7,
}
NOTHING_SENT = "failed not_sent"
LOST = "unknown unknown"
HASTE = {"submit_timeout_s": 0.4}
# The silence lies on a later call: the start has to get through before.
PATIENT = {"submit_timeout_s": 2.0}
FAILED = "task failed: "

SUBMIT = {
    "nobody listens": _away("refused", NOTHING_SENT, submits=0),
    "nobody answers the door": _away("timeout", NOTHING_SENT, submits=0),
    "silence": _kind(Kind.HANG, LOST, spec=HASTE),
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
    "429 in its own words": _status(429, "done", submits=2, times=1, body=BUSY),
    "500": _status(500, LOST),
    "502": _status(502, LOST),
    "503": _status(503, LOST),
    "503 says when": _status(503, "done", submits=2, times=1, retry_after="7"),
    "a page": _kind(Kind.HTML, LOST),
    "broken JSON": _kind(Kind.BROKEN, LOST),
    "another shape": _odd(LOST, "submit", r"\['hello'\]"),
    "a filter refuses": _does(Behavior.NSFW, "failed filtered", logs=FAILED),
    "it fails there": _does(Behavior.FAILED, "failed rejected", logs=FAILED),
    "success without a picture": _does(Behavior.EMPTY, "failed bad_answer", logs=FAILED),
}
FEWER = {"fewer pictures": _does(Behavior.FEWER, "done", count=2)}

SHORT = {"deadline_s": 60.0}
POLL = {
    "poll: nobody listens for a while": _away("refused", "done", "poll", 9),
    "poll: nobody listens any more": _away("refused", "failed deadline", "poll", spec=SHORT),
    "poll: nobody answers the door for a while": _away("timeout", "done", "poll", 9),
    "poll: silence once": _kind(Kind.HANG, "done", "poll", 1, spec=PATIENT),
    "poll: reset once": _kind(Kind.RESET, "done", "poll", 1),
    "poll: reset always": _kind(Kind.RESET, "failed deadline", "poll", spec=SHORT),
    "poll: a page once": _kind(Kind.HTML, "done", "poll", 1),
    "poll: a page always": _kind(Kind.HTML, "failed bad_answer", "poll"),
    "poll: broken JSON twice": _kind(Kind.BROKEN, "done", "poll", 2),
    "poll: another shape": _odd("failed bad_answer", "poll", r"\['hello'\]"),
    "poll: 400": _status(400, "failed rejected", "poll"),
    "poll: 401": _status(401, "failed auth", "poll"),
    "poll: 402": _status(402, "failed quota", "poll"),
    "poll: 403": _status(403, "failed auth", "poll"),
    "poll: 404": _status(404, "failed rejected", "poll"),
    "poll: 413": _status(413, "failed rejected", "poll"),
    "poll: 429 twice": _status(429, "done", "poll", times=2),
    "poll: 429 says when": _status(429, "done", "poll", times=1, retry_after="1"),
    "poll: 429 in its own words": _status(429, "done", "poll", times=2, body=BUSY),
    "poll: 500 for a while": _status(500, "done", "poll", times=9),
    "poll: 500 always": replace(_status(500, "failed deadline", "poll"), spec=SHORT),
    "poll: 502 once": _status(502, "done", "poll", times=1),
    "poll: 503 once": _status(503, "done", "poll", times=1),
    "poll: 503 says when": _status(503, "done", "poll", times=1, retry_after="1"),
    "never finishing": _does(Behavior.ENDLESS, "failed deadline", spec=SHORT, logs="no end after"),
    "percent goes backwards": _does("backwards", "done", pace_s=0.2),
}

NO_PICTURE = "failed bad_answer"
LOSES = "picture 1 lost: "
PICTURES = {
    "not a picture inside": _does(Behavior.GARBAGE, NO_PICTURE, logs=LOSES),
    "of another shape": _does(Behavior.OTHER_SHAPE, NO_PICTURE, logs=LOSES),
    "of another size": _does(Behavior.LARGER, "done"),
    "of another type than it says": _does(Behavior.OTHER_TYPE, "done"),
    "too large": _does(Behavior.HUGE, NO_PICTURE, logs=r"more than \d+ bytes|DecodingError"),
    "blank": _does(Behavior.BLANK, "done"),
}
# An outage is waited out while the result lives.
SHORT_LIVED = {"result_lifetime_s": 20.0}
FOREIGN = "is not an origin of this provider"


def _sent_to(place: str) -> Row:
    fault = {"kind": Kind.STATUS, "status": 302, "headers": {"Location": place}}
    return Row(NO_PICTURE, "file", fault, logs=FOREIGN)


def _outage(row: Row) -> Row:
    return replace(row, spec=SHORT_LIVED)


DOWNLOAD = {
    "file: nobody listens once": _away("refused", "done", "file", 1),
    "file: nobody listens any more": _outage(_away("refused", NO_PICTURE, "file")),
    "file: nobody answers the door once": _away("timeout", "done", "file", 1),
    "file: silence once": _kind(Kind.HANG, "done", "file", 1),
    "file: 400": _status(400, NO_PICTURE, "file"),
    "file: 401": _status(401, NO_PICTURE, "file"),
    "file: 402": _status(402, NO_PICTURE, "file"),
    "file: 403": _status(403, NO_PICTURE, "file"),
    "file: 404": _status(404, NO_PICTURE, "file"),
    "file: 413": _status(413, NO_PICTURE, "file"),
    "file: 429 once": _status(429, "done", "file", times=1),
    "file: 429 says when": _status(429, "done", "file", times=1, retry_after="1"),
    "file: 500 always": _outage(_status(500, NO_PICTURE, "file")),
    "file: 502 once": _status(502, "done", "file", times=1),
    "file: 503 once": _status(503, "done", "file", times=1),
    "file: reset once": _kind(Kind.RESET, "done", "file", 1),
    "file: reset always": _outage(_kind(Kind.RESET, NO_PICTURE, "file")),
    "file: a page": _kind(Kind.HTML, NO_PICTURE, "file"),
    "file: broken JSON": _kind(Kind.BROKEN, NO_PICTURE, "file"),
    "file: JSON of another shape": _odd(NO_PICTURE, "file", "begins with 7b226865"),
    "file: redirected elsewhere": _sent_to(ELSEWHERE),
    "file: redirected into a private network": _sent_to(PRIVATE),
    "file: on another host": _does(Behavior.FOREIGN_URL, NO_PICTURE, logs=FOREIGN),
    "file: on a private address": _does(Behavior.PRIVATE_URL, NO_PICTURE, logs=FOREIGN),
    "file: expired": Row(NO_PICTURE, file_life_s=0.0, logs="answered 404"),
}
ROWS = {**SUBMIT, **FEWER, **POLL, **PICTURES, **DOWNLOAD}
