"""The table and its verdicts."""

import pytest

from bench.figures import Figure, at_least, at_most, percentile, shown, table


def test_a_figure_is_held_against_its_aim() -> None:
    assert Figure("p", "w", 1.5, "", at_most(1.5)).holds
    assert not Figure("p", "w", 1.51, "", at_most(1.5)).holds
    assert not Figure("p", "w", 0.4, "", at_least(0.5)).holds
    assert Figure("p", "w", 9.0).holds


def test_the_table_says_what_does_not_hold() -> None:
    text = table(
        [Figure("edit", "ratio", 2.0, "", at_most(1.5)), Figure("edit", "CPU", 12.34, "ms")]
    )
    assert text.splitlines() == [
        "part  what   figure   aim     holds",
        "----  -----  -------  ------  -----",
        "edit  ratio  2        ≤ 1.50  NO",
        "edit  CPU    12.3 ms",
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [(0.004, "0.00"), (0.5, "0.50"), (12.34, "12.3"), (1234.5, "1,234"), (3, "3")],
)
def test_numbers_are_shown_short(value: float, said: str) -> None:
    assert shown(value) == said


@pytest.mark.parametrize(("part", "found"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1)])
def test_a_percentile_is_a_value_that_was_measured(part: float, found: int) -> None:
    assert percentile(list(range(100, 0, -1)), part) == found
