"""What a test may turn: limits, delays, lifetimes and channels that are gone."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

MIB = 1024 * 1024
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Knobs:
    """Seconds are drawn evenly from a span; `before` falls before a commit, `after` behind it.

    In a forgetful channel nonces are not honored and a create whose client has gone away is
    dropped: there only a look at the history keeps a message from being posted twice.
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


def turned(knobs: Knobs, changes: Mapping[str, Any]) -> Knobs:
    """Return the knobs with changes from JSON; an unknown name is an error."""
    known = {field.name for field in fields(Knobs)}
    if unknown := set(changes) - known:
        raise KeyError(f"no such knob: {', '.join(sorted(unknown))}")
    return replace(knobs, **{k: tuple(v) if isinstance(v, list) else v for k, v in changes.items()})


def draw(span: Span) -> float:
    """Return a random number of seconds from a span."""
    return random.uniform(*span)
