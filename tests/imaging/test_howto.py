"""The pictures of the help: drawn alike each time, readable, and small."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.imaging.howto import CAPTION_PX, GAP_PX, HOWTOS, TILE_PX, draw_howto


@pytest.mark.parametrize(("name", "tiles"), [("mask", 3), ("hole", 2)])
def test_a_picture_has_its_tiles_and_stays_small(tmp_path: Path, name: str, tiles: int) -> None:
    drawn = draw_howto(name, tmp_path / "how.webp")
    with Image.open(drawn) as picture:
        assert picture.format == "WEBP"
        assert picture.width == GAP_PX + tiles * (TILE_PX[0] + GAP_PX)
        assert picture.height == CAPTION_PX + TILE_PX[1] + GAP_PX
    assert drawn.stat().st_size < 100_000
    assert list(tmp_path.iterdir()) == [drawn]


@pytest.mark.parametrize("name", HOWTOS)
def test_it_is_drawn_alike_each_time(tmp_path: Path, name: str) -> None:
    one, two = (draw_howto(name, tmp_path / f"{n}.webp") for n in (1, 2))
    assert one.read_bytes() == two.read_bytes()


def test_only_what_the_mask_marks_differs_between_before_and_after(tmp_path: Path) -> None:
    with Image.open(draw_howto("mask", tmp_path / "how.webp")) as picture:
        before, mask, after = (tile(picture, n) for n in range(3))
    changed = ImageChops.difference(before, after).convert("L").point(lambda v: 255 * (v > 40))
    outside = ImageChops.subtract(changed, mask.convert("L").point(lambda v: 255 * (v > 100)))
    assert changed.getbbox() is not None
    assert outside.getbbox() is None


def tile(picture: Image.Image, n: int) -> Image.Image:
    left = GAP_PX + n * (TILE_PX[0] + GAP_PX)
    return picture.crop((left, CAPTION_PX, left + TILE_PX[0], CAPTION_PX + TILE_PX[1]))


def test_captions_stay_inside_their_tile(tmp_path: Path) -> None:
    for name in HOWTOS:
        with Image.open(draw_howto(name, tmp_path / "how.webp")) as picture:
            bright = picture.convert("L").point(lambda v: 255 * (v > 150))
        for n in range(1, (picture.width - GAP_PX) // (TILE_PX[0] + GAP_PX) + 1):
            gap = bright.crop(
                (n * (TILE_PX[0] + GAP_PX), 0, n * (TILE_PX[0] + GAP_PX) + GAP_PX, 50)
            )
            assert gap.getbbox() is None
