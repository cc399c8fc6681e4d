"""Charts: of one size, on Discord's dark ground, readable, whatever the numbers are."""

from pathlib import Path

import pytest
from PIL import Image

from bot.imaging.charts import BAR, GROUND, Bars, draw, short

DAYS = Bars("Credits a day", tuple(f"Nov {n}" for n in range(1, 31)), tuple(range(30)), True)


def colors(path: Path) -> dict[str, int]:
    with Image.open(path) as picture:
        assert picture.size == (1200, 750)
        found = picture.convert("RGB").getcolors(1 << 20) or []
    return {"#{:02x}{:02x}{:02x}".format(*color): count for count, color in found}  # pyright: ignore[reportGeneralTypeIssues]


@pytest.mark.parametrize(
    ("bars", "drawn"),
    [
        (DAYS, True),
        (Bars("Nothing", ("Nov 1", "Nov 2"), (0, 0), True), False),
        (Bars("One", ("1",), (10**9,), False), True),
        (Bars("Nobody", (), (), False), False),
        (Bars("No days", (), (), True), False),
        (Bars("Long", ("A provider with a very long name", "b"), (5, 3), False), True),
    ],
    ids=lambda value: value.title if isinstance(value, Bars) else "",
)
def test_a_chart_is_drawn_whatever_the_numbers_are(tmp_path: Path, bars: Bars, drawn: bool) -> None:
    draw(bars, tmp_path / "chart.png")
    found = colors(tmp_path / "chart.png")
    assert found[GROUND] > 200_000
    assert (found.get(BAR, 0) > 1000) == drawn


@pytest.mark.parametrize(
    ("value", "said"), [(0, "0"), (999, "999"), (1000, "1k"), (1600, "1.6k"), (2_500_000, "2.5M")]
)
def test_numbers_beside_an_axis_are_short(value: int, said: str) -> None:
    assert short(value) == said
