"""What a run of the load is held against."""

from dataclasses import replace

import pytest

from tests.load import judge
from tests.load.judge import Evidence, Row

MIB = 1024 * 1024
CREATED = {"what": "create", "nonce": "a", "reply_to": 0, "message": 5, "attachments": 0}
SHOWN = {"what": "edit", "nonce": None, "reply_to": 0, "message": 5, "attachments": 1}
GOOD = Evidence(
    sent=3,
    edits={"1"},
    acks_ms=[10.0, 20.0, 30.0],
    late_ms=[1.0] * 100,
    idle_ms=[1.0] * 100,
    collected_ms=[2.0] * 10,
    rss_bytes=[100 * MIB] * 100,
    rows=[Row("a", "1", ended=True, shown=True, message_id=5, pictures=1)],
    events=[CREATED, SHOWN],
)


def wrong(seen: Evidence) -> list[str]:
    return [each.what.strip() for each in judge.figures(seen) if not each.holds]


def test_a_good_run_holds() -> None:
    assert wrong(GOOD) == []


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"sent": 4}, "not acknowledged"),
        ({"acks_ms": [600.0] * 3}, "acknowledgement p99"),
        ({"late_ms": [60.0] * 100}, "event loop late, p99"),
        ({"edits": {"1", "2"}}, "lost"),
        ({"rows": [replace(GOOD.rows[0], ended=False)]}, "lost"),
        ({"rows": [replace(GOOD.rows[0], shown=False)]}, "not shown once, with its pictures"),
        ({"events": [CREATED, CREATED, SHOWN]}, "not shown once, with its pictures"),
        ({"events": [CREATED]}, "not shown once, with its pictures"),
        ({"rss_bytes": [(100 + n / 10) * MIB for n in range(100)]}, "which is of it"),
    ],
)
def test_what_is_wrong_is_found(changes: dict[str, object], found: str) -> None:
    assert wrong(replace(GOOD, **changes)) == [found]  # pyright: ignore[reportArgumentType]


def test_memory_is_a_line_through_its_samples() -> None:
    assert judge.slope_bytes_per_s([5, 7, 9, 11]) == pytest.approx(2.0)
    assert judge.slope_bytes_per_s([5]) == 0.0
