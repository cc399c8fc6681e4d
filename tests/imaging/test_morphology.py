import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.imaging.morphology import grow, share, shrink, soften
from tests.assets import assert_same, mask

sides = st.integers(1, 120)


@st.composite
def boxes(draw: st.DrawFn) -> Image.Image:
    width, height = draw(sides), draw(sides)
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return mask(width, height, (left, top, right, bottom))


@given(boxes(), st.integers(0, 300))
def test_grow_is_exact(marked: Image.Image, by_px: int) -> None:
    left, top, right, bottom = marked.getbbox() or (0, 0, 0, 0)
    wide, high = marked.size
    wanted = mask(
        wide,
        high,
        (
            max(0, left - by_px),
            max(0, top - by_px),
            min(wide, right + by_px),
            min(high, bottom + by_px),
        ),
    )
    assert_same(grow(marked, by_px), wanted)


def test_a_lone_pixel_grows_by_as_much_as_a_blob() -> None:
    assert grow(mask(1001, 1001, (500, 500, 501, 501)), 450).getbbox() == (50, 50, 951, 951)


def test_shrink_leaves_the_picture_border_alone() -> None:
    assert shrink(mask(50, 50, (0, 0, 20, 20)), 4).getbbox() == (0, 0, 16, 16)


@given(boxes(), st.integers(0, 40))
def test_weights_never_leave_the_mask(marked: Image.Image, by_px: int) -> None:
    weights = soften(marked, by_px)
    outside = Image.composite(Image.new("L", marked.size), weights, marked)
    assert outside.getbbox() is None
    assert weights.getbbox() is not None


def test_weights_rise_from_the_edge_to_what_was_marked() -> None:
    core = mask(100, 100, (40, 40, 60, 60))
    weights = soften(grow(core, 8), 8)
    row = [weights.getpixel((x, 50)) for x in range(30, 50)]
    assert row[:2] == [0, 0]
    assert row == sorted(row, key=lambda value: value or 0)
    assert all(value == 255 for value in row[10:])
    assert weights.crop((40, 40, 60, 60)).getextrema() == (255, 255)


def test_a_mask_at_the_picture_border_is_not_softened_there() -> None:
    weights = soften(mask(60, 60, (0, 0, 60, 30)), 8)
    assert weights.getpixel((0, 0)) == 255
    assert weights.getpixel((59, 0)) == 255
    assert weights.crop((0, 29, 60, 30)).getextrema() == (28, 28)
    assert weights.crop((0, 30, 60, 60)).getextrema() == (0, 0)


@pytest.mark.parametrize("thick_px", [1, 2, 3, 5])
def test_a_thin_mask_still_counts(thick_px: int) -> None:
    thin = mask(60, 60, (5, 30, 55, 30 + thick_px))
    assert share(soften(thin, 12)) > 0
    assert soften(thin, 12).getextrema()[1] == 255
