"""What is read from painted copies; the whole set is in `python -m bench painted`."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageOps

from bench.painted import iou, read
from bench.painted_set import HELD_OUT, TUNING, WAYS, Case, cases
from bench.painted_set import photo as photo_of
from bot.errors import BadMask
from bot.imaging.labels import holes, label
from bot.imaging.levels import Levels
from bot.imaging.painted import Painted, color_name, is_copy, read_painted
from tests.assets import mask, photo

MAGENTA = (255, 0, 200)
WIDE = 320, 240
SPOT = (120, 80, 200, 150)
# One of each class, each sent another way.
SOME = [
    Case("filled", "rocket.jpg", "red", "strokes", "0.73x"),
    Case("filled", "coins.png", "blue", "lasso", "cut and 0.73x"),
    Case("highlighter", "coffee.png", "yellow", "blob", "jpeg 75"),
    Case("outline", "motorcycle_left.png", "green", "blob", "toned"),
    Case("black", "clock_motion.png", "black", "box", "half"),
]


@pytest.mark.parametrize("case", SOME, ids=str)
def test_a_painted_copy_is_read(case: Case) -> None:
    assert read(case).iou >= 0.9


@pytest.mark.parametrize("way", ["vivid", "toned"])
def test_a_filter_is_no_paint(way: str) -> None:
    picture = photo_of("astronaut.png")
    with Image.open(BytesIO(WAYS[way](picture))) as copy, pytest.raises(BadMask, match="no paint"):
        read_painted(picture, copy.convert("RGB"))


def test_the_set_is_halved_and_large_enough() -> None:
    assert not set(HELD_OUT) & set(TUNING)
    kinds = [case.kind for case in cases(HELD_OUT)]
    assert all(kinds.count(kind) >= 60 for kind in set(kinds))
    assert len(set(cases(HELD_OUT))) == len(kinds)


def painted(
    draw: Callable[[ImageDraw.ImageDraw], object], picture: Image.Image | None = None
) -> Painted:
    original = picture or photo(*WIDE)
    copy = original.copy()
    draw(ImageDraw.Draw(copy))
    return read_painted(original, copy)


def test_two_colors_are_both_taken() -> None:
    def draw(on: ImageDraw.ImageDraw) -> None:
        on.rectangle((20, 20, 80, 80), fill=MAGENTA)
        on.rectangle((200, 120, 280, 200), fill=(0, 255, 0))

    found = painted(draw)
    wanted = ImageChops.lighter(mask(*WIDE, (20, 20, 81, 81)), mask(*WIDE, (200, 120, 281, 201)))
    assert iou(Levels(found.levels).marked, wanted) > 0.95
    assert found.notes == ("I found 2 colors of paint and took them all.",)


def test_an_outline_can_be_switched() -> None:
    found = painted(lambda on: on.rectangle(SPOT, outline=MAGENTA, width=6))
    whole = mask(*WIDE, (120, 80, 201, 151))
    line = ImageChops.subtract(whole, mask(*WIDE, (126, 86, 195, 145)))
    assert found.outline
    assert "inside" in found.doubt
    assert iou(Levels(found.levels).marked, whole) > 0.95
    assert iou(Levels(found.levels).switched(True).marked, whole) > 0.95
    assert iou(Levels(found.levels).switched(False).marked, line) > 0.8


def test_a_line_that_runs_off_the_picture_takes_the_smaller_side() -> None:
    found = painted(lambda on: on.line((-10, 60, 100, 70, 110, -10), MAGENTA, 8))
    assert found.outline
    inside = Levels(found.levels).marked
    assert inside.getpixel((40, 20)) == 255
    assert inside.getpixel((200, 200)) == 0


def test_a_picture_full_of_the_paint_is_doubted() -> None:
    night = Image.new("RGB", WIDE)
    night.paste(photo(*WIDE).crop((0, 0, 160, 240)), (0, 0))
    found = painted(lambda on: on.rectangle((40, 60, 120, 160), fill="black"), night)
    assert "color of your paint (black)" in found.doubt
    assert iou(Levels(found.levels).marked, mask(*WIDE, (40, 60, 121, 161))) > 0.9


def test_a_copy_with_nothing_left_is_doubted_or_refused() -> None:
    try:
        found = painted(lambda on: on.rectangle((8, 0, 320, 240), fill=MAGENTA))
    except BadMask:
        return
    assert found.doubt


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda picture: picture, "no paint"),
        (lambda picture: picture.resize((160, 120)), "no paint"),
        (ImageOps.mirror, "mirrored or turned"),
        (ImageOps.flip, "mirrored or turned"),
        (lambda picture: picture.transpose(Image.Transpose.ROTATE_90), "mirrored or turned"),
        (lambda picture: picture.crop((100, 0, 320, 240)), "much was cut off"),
        (lambda picture: photo(*WIDE, seed=7), "neither a mask nor a copy"),
        (lambda picture: Image.new("RGB", WIDE, "red"), "neither a mask nor a copy"),
    ],
    ids=["unchanged", "smaller", "mirrored", "flipped", "turned", "cropped", "other", "one color"],
)
def test_what_is_no_painted_copy_is_refused_in_words(
    change: Callable[[Image.Image], Image.Image], sentence: str
) -> None:
    picture = photo(*WIDE)
    with pytest.raises(BadMask, match=sentence):
        read_painted(picture, change(picture))


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (40, 1), (17, 400)])
def test_tiny_and_thin_pictures_do_not_break_it(size: tuple[int, int]) -> None:
    picture = photo(*size)
    copy = picture.copy()
    copy.paste(MAGENTA, (0, 0, max(1, size[0] // 2), max(1, size[1] // 2)))
    try:
        found = read_painted(picture, copy)
    except BadMask:
        return
    assert found.levels.size == size


def test_a_glance_knows_copies_from_others() -> None:
    picture = photo(*WIDE)
    copy = picture.resize((200, 150))
    ImageDraw.Draw(copy).rectangle((20, 20, 120, 100), fill=MAGENTA)
    assert is_copy(picture, copy)
    assert not is_copy(picture, photo(*WIDE, seed=3))
    assert not is_copy(picture, mask(*WIDE).convert("RGB"))


bits = st.integers(1, 12).flatmap(
    lambda wide: st.lists(
        st.lists(st.booleans(), min_size=wide, max_size=wide), min_size=1, max_size=12
    )
)


@settings(deadline=None)
@given(bits)
def test_parts_are_those_of_a_flood_fill(rows: list[list[bool]]) -> None:
    area = np.array(rows, np.bool_)
    labels, areas = label(area)
    assert [int((labels == n).sum()) for n in range(1, len(areas))] == areas[1:].tolist()
    for y, x in zip(*np.nonzero(area), strict=True):
        flooded = Image.fromarray(area.astype(np.uint8) * 255).copy()
        ImageDraw.floodfill(flooded, (int(x), int(y)), 7)
        assert np.array_equal(np.asarray(flooded) == 7, labels == labels[y, x])
    open_ground = ImageOps.expand(Image.fromarray(area.astype(np.uint8) * 255), 1, 0)
    ImageDraw.floodfill(open_ground, (0, 0), 7)
    enclosed = np.asarray(open_ground)[1:-1, 1:-1] == 0
    # The edge of a picture encloses nothing: what touches it is open.
    assert np.array_equal(holes(area)[0] > 0, enclosed)


def test_colors_have_plain_names() -> None:
    found = painted(lambda on: on.rectangle(SPOT, fill=(255, 0, 0)))
    assert found.levels.getbbox() is not None
    assert color_name((250, 5, 5)) == "red"
    assert color_name((10, 12, 9)) == "black"
