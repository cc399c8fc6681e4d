"""What a test may turn: limits, delays, lifetimes and channels that are gone."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MIB = 1024 * 1024
Span = tuple[float, float]
PRIVILEGED = 1 << 1 | 1 << 8 | 1 << 15  # members, presences, message content


@dataclass(frozen=True, slots=True)
class Knobs:
    """Seconds are drawn evenly from a span; `before` falls before a commit, `after` behind it.

    In a forgetful channel nonces are not honored and a create whose client has gone away is
    dropped: there only a look at the history keeps a message from being posted twice.

    The gateway takes any token while `token` is empty, acknowledges heartbeats while `acks`, and
    keeps a session that lost its connection for `resume_s`. An interaction has to be answered
    within `acknowledge_s`, and its token lives for `token_s`.
    """

    requests_per_window: int = 5
    window_s: float = 5.0
    create_before_s: Span = (0.0, 0.0)
    create_after_s: Span = (0.0, 0.0)
    edit_before_s: Span = (0.0, 0.0)
    edit_after_s: Span = (0.0, 0.0)
    nonce_s: float = 300.0
    forgetful_channels: tuple[int, ...] = ()
    gone_channels: tuple[int, ...] = ()
    closed_channels: tuple[int, ...] = ()
    file_bytes_max: int = 10 * MIB
    token: str = ""
    shards: int = 1
    heartbeat_s: float = 41.25
    acks: bool = True
    refused_intents: int = PRIVILEGED
    resume_s: float = 120.0
    acknowledge_s: float = 3.0
    token_s: float = 900.0


def turned(knobs: Knobs, changes: Mapping[str, Any]) -> Knobs:
    """Return the knobs with changes from JSON; an unknown name is an error."""
    known = {field.name for field in fields(Knobs)}
    if unknown := set(changes) - known:
        raise KeyError(f"no such knob: {', '.join(sorted(unknown))}")
    return replace(knobs, **{k: tuple(v) if isinstance(v, list) else v for k, v in changes.items()})


def draw(span: Span) -> float:
    """Return a random number of seconds from a span."""
    return random.uniform(*span)
