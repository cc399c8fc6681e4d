"""What a run is held against: pure, over numbers and rows."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from bench.figures import Figure, at_most, percentile

PART = "load"
ACK_MS_MAX, LAG_MS_MAX, GROWTH_PERCENT_MAX = 500.0, 50.0, 2.0
MIB = 1024 * 1024
Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One edit as the bot's file has it at the end."""

    id: str
    request_key: str
    ended: bool
    shown: bool
    message_id: int | None
    pictures: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything that was counted; `idle_ms` is how late a process was that did nothing."""

    sent: int
    edits: Collection[str]
    acks_ms: Sequence[float]
    late_ms: Sequence[float]
    idle_ms: Sequence[float]
    collected_ms: Sequence[float]
    rss_bytes: Sequence[int]
    rows: Sequence[Row]
    events: Sequence[Event]


def figures(seen: Evidence) -> list[Figure]:
    """Each with its aim."""
    return [
        Figure(PART, "commands sent", seen.sent),
        Figure(PART, "  not acknowledged", seen.sent - len(seen.acks_ms), "", at_most(0)),
        Figure(PART, "  acknowledgement p50", percentile(seen.acks_ms, 0.5), "ms"),
        Figure(
            PART,
            "  acknowledgement p99",
            percentile(seen.acks_ms, 0.99),
            "ms",
            at_most(ACK_MS_MAX, "ms"),
        ),
        Figure(
            PART,
            "event loop late, p99",
            percentile(seen.late_ms, 0.99),
            "ms",
            at_most(LAG_MS_MAX, "ms"),
        ),
        Figure(PART, "  of an idle process beside it", percentile(seen.idle_ms, 0.99), "ms"),
        Figure(PART, "  longest stop for garbage", max(seen.collected_ms, default=0.0), "ms"),
        Figure(PART, "edits acknowledged", len(seen.edits)),
        Figure(PART, "  lost", len(lost(seen)), "", at_most(0)),
        Figure(PART, "  not shown once, with its pictures", len(misshown(seen)), "", at_most(0)),
        *_memory(seen.rss_bytes),
    ]


def lost(seen: Evidence) -> list[str]:
    """Edits that were acknowledged and made no row, or whose row did not come to its end."""
    ended = {row.request_key for row in seen.rows if row.ended}
    return sorted(set(seen.edits) - ended)


def misshown(seen: Evidence) -> list[str]:
    """Edits that have no card or two, or whose card does not show what came of them."""
    cards = Counter(
        event["nonce"]
        for event in seen.events
        if event["what"] == "create" and not event["reply_to"]
    )
    last = {event["message"]: event for event in seen.events if "attachments" in event}
    return [
        row.id
        for row in seen.rows
        if cards[row.id] != 1
        or not row.shown
        or last.get(row.message_id, {"attachments": -1})["attachments"] != row.pictures
    ]


def slope_bytes_per_s(samples: Sequence[int]) -> float:
    """Of the line nearest to samples that were taken once a second."""
    count = len(samples)
    if count < 2:
        return 0.0
    middle, mean = (count - 1) / 2, sum(samples) / count
    rise = sum((n - middle) * (value - mean) for n, value in enumerate(samples))
    return rise / sum((n - middle) ** 2 for n in range(count))


def _memory(rss_bytes: Sequence[int]) -> list[Figure]:
    half = rss_bytes[len(rss_bytes) // 2 :]
    slope = slope_bytes_per_s(half)
    grown = 100 * slope * len(half) / (sum(half) / len(half))
    return [
        Figure(PART, "RSS at the end", rss_bytes[-1] / MIB, "MiB"),
        Figure(PART, "  its slope over the last half", 60 * slope / MIB, "MiB/min"),
        Figure(PART, "  which is of it", grown, "%", at_most(GROWTH_PERCENT_MAX, "%")),
    ]
