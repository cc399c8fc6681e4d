"""What members write into `where`, and the masks that come of it."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ImageChops

from bot.domain import MaskSource
from bot.errors import BadMask
from bot.imaging.regions import (
    LENGTH_MAX,
    Box,
    Boxes,
    Earlier,
    Sides,
    cell_box,
    draw,
    parse_where,
)

THIRD = pytest.approx(1 / 3)
TWO_THIRDS = pytest.approx(2 / 3)
BOXES = [
    ("10% 20% 50% 60%", (0.1, 0.2, 0.6, 0.8)),
    ("10 20 50 60", (0.1, 0.2, 0.6, 0.8)),
    ("10, 20, 50, 60", (0.1, 0.2, 0.6, 0.8)),
    ("12.5% 0% 25% 100%", (0.125, 0, 0.375, 1)),
    ("10% 20% to 50% 60%", (0.1, 0.2, 0.5, 0.6)),
    ("10%-60% 20%-80%", (0.1, 0.2, 0.6, 0.8)),
    ("10 – 60, 20 – 80", (0.1, 0.2, 0.6, 0.8)),
    ("top left", (0, 0, 0.5, 0.5)),
    ("Top-Left corner", (0, 0, 0.5, 0.5)),
    ("the lower right quarter", (0.5, 0.5, 1, 1)),
    ("top left third", (0, 0, THIRD, THIRD)),
    ("bottom right 20%", (0.8, 0.8, 1, 1)),
    ("bottom right 20% x 10%", (0.8, 0.9, 1, 1)),
    ("bottom right 20 × 10", (0.8, 0.9, 1, 1)),
    ("center", (0.25, 0.25, 0.75, 0.75)),
    ("center 40%", (0.3, 0.3, 0.7, 0.7)),
    ("middle 40% 20%", (0.3, 0.4, 0.7, 0.6)),
    ("top center 20%", (0.4, 0, 0.6, 0.2)),
    ("left half", (0, 0, 0.5, 1)),
    ("right", (0.5, 0, 1, 1)),
    ("bottom third", (0, TWO_THIRDS, 1, 1)),
    ("top two thirds", (0, 0, 1, TWO_THIRDS)),
    ("right quarter", (0.75, 0, 1, 1)),
    ("middle row", (0, THIRD, 1, TWO_THIRDS)),
    ("middle column", (THIRD, 0, TWO_THIRDS, 1)),
    ("everything", (0, 0, 1, 1)),
]
SIDES = [
    ("left 25%, up 10%", Sides(left=0.25, top=0.1)),
    ("left 25 up 10", Sides(left=0.25, top=0.1)),
    ("25% left and 10% down", Sides(left=0.25, bottom=0.1)),
    ("top 30%", Sides(top=0.3)),
    ("expand right 100%", Sides(right=1.0)),
    ("all sides 20%", Sides(0.2, 0.2, 0.2, 0.2)),
    ("20% around", Sides(0.2, 0.2, 0.2, 0.2)),
]
EARLIER = [
    ("same", Earlier(False)),
    ("Same mask again", Earlier(False)),
    ("inverse", Earlier(True)),
    ("inverse of 0123456789", Earlier(True, "0123456789")),
    ("same as abcdefghjk", Earlier(False, "abcdefghjk")),
]
REFUSED = [
    ("", "empty"),
    ("   ", "empty"),
    ("the cat", "do not understand the place “the cat”"),
    ("40%", "do not understand"),
    ("10 20 30", "do not understand"),
    ("left left", "do not understand"),
    ("center 10% 20% 30%", "do not understand"),
    ("left third 20%", "do not understand"),
    ("<@123> `x`", "place “123 x”"),
    ("60% 20% 50% 60%", "outside the picture"),
    ("60% 20% 90% 70%", "`60% 20% to 90% 70%`"),
    ("-10% 0% 50% 50%", "outside"),
    ("10% 20% 0% 60%", "is empty"),
    ("50% 50% to 40% 60%", "is empty"),
    ("center 140%", "outside"),
    ("center 0%", "is empty"),
    ("left 120%", "at most 100%"),
    ("left 0%", "more than 0%"),
    ("up -5%", "more than 0%"),
    ("F2", "no cell F2"),
    ("B2, C9", "no cell C9"),
    ("B2.F1", "no cell B2.F1"),
    ("x" * (LENGTH_MAX + 1), "too long"),
    ("9" * 190, "do not understand"),
    ("left 200px", "do not understand"),
]


@pytest.mark.parametrize(("text", "box"), BOXES)
def test_a_box_is_read(text: str, box: tuple[float, float, float, float]) -> None:
    found = parse_where(text)
    assert isinstance(found, Boxes)
    assert found.source is MaskSource.BOX
    (only,) = found.boxes
    assert (only.left, only.top, only.right, only.bottom) == pytest.approx(box)


def test_several_places_make_one_mask() -> None:
    found = parse_where("top left 20%, center 10%; 80 80 10 10 and bottom right 5%")
    assert isinstance(found, Boxes)
    assert len(found.boxes) == 4


@pytest.mark.parametrize(("text", "sides"), SIDES)
def test_sides_are_read(text: str, sides: Sides) -> None:
    assert parse_where(text) == sides


@pytest.mark.parametrize(("text", "earlier"), EARLIER)
def test_an_earlier_mask_is_read(text: str, earlier: Earlier) -> None:
    assert parse_where(text) == earlier


@pytest.mark.parametrize(
    ("text", "boxes"),
    [
        ("B2", [(0.2, 0.2, 0.4, 0.4)]),
        ("b2, C2-D3", [(0.2, 0.2, 0.4, 0.4), (0.4, 0.2, 0.8, 0.6)]),
        ("D3-C2", [(0.4, 0.2, 0.8, 0.6)]),
        ("A1 E5", [(0, 0, 0.2, 0.2), (0.8, 0.8, 1, 1)]),
        ("B2.C3", [(0.28, 0.28, 0.32, 0.32)]),
        ("B2.A1-B2.C3", [(0.2, 0.2, 0.32, 0.32)]),
        ("B2.A1-C3", [(0.2, 0.2, 0.32, 0.32)]),
    ],
)
def test_cells_are_read(text: str, boxes: list[tuple[float, float, float, float]]) -> None:
    found = parse_where(text)
    assert isinstance(found, Boxes)
    assert found.source is MaskSource.CELLS
    edges = [(box.left, box.top, box.right, box.bottom) for box in found.boxes]
    assert edges == [pytest.approx(box) for box in boxes]


@pytest.mark.parametrize(("text", "sentence"), REFUSED)
def test_what_is_no_place_is_refused_with_a_reason(text: str, sentence: str) -> None:
    with pytest.raises(BadMask, match=re.escape(sentence)):
        parse_where(text)


@given(st.text(max_size=60) | st.text("abcde12345.-%, ltrofpuih", max_size=40))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(BadMask):
        found = parse_where(text)
        if isinstance(found, Boxes):
            assert draw(found.boxes, (7, 5)).getbbox() is not None


sides_px = st.integers(1, 300)


@given(st.tuples(sides_px, sides_px))
def test_the_cells_of_both_levels_cover_a_picture_once(size: tuple[int, int]) -> None:
    names = [f"{column}{row}" for row in range(1, 6) for column in "ABCDE"]
    within = [f"C3.{name}" for name in names]
    whole = draw([cell_box(name) for name in names], size)
    assert whole.getextrema() == (255, 255)
    if min(size) >= 5:
        middle = draw([cell_box("C3")], size)
        inner = draw([cell_box(name) for name in within], size)
        # A box of less than a pixel is drawn as one, which may stand one beyond the edge.
        assert ImageChops.subtract(middle, inner).getbbox() is None
        total = sum(draw([cell_box(name)], size).histogram()[255] for name in names)
        assert total == size[0] * size[1]


edges = st.floats(0, 1)


@given(edges, edges, edges, edges, st.tuples(sides_px, sides_px))
def test_a_box_is_drawn_where_it_is_and_never_thinner_than_a_pixel(
    a: float, b: float, c: float, d: float, size: tuple[int, int]
) -> None:
    left, right, top, bottom = min(a, b), max(a, b), min(c, d), max(c, d)
    found = draw([Box(left, top, right, bottom)], size).getbbox()
    assert found is not None
    exact = left * size[0], top * size[1], right * size[0], bottom * size[1]
    assert all(abs(drawn - at) <= 1.5 for drawn, at in zip(found, exact, strict=True))


@given(st.tuples(sides_px, sides_px), st.floats(0.001, 1), st.floats(0.001, 1))
def test_margins_are_within_half_a_pixel_and_at_least_one(
    size: tuple[int, int], left: float, top: float
) -> None:
    found = Sides(left=left, top=top).margins(size)
    assert found[2:] == (0, 0)
    assert found[0] == max(1, round(left * size[0]))
    assert abs(found[1] - top * size[1]) <= 1
