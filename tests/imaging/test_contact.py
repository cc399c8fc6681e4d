"""Small pictures with their numbers on one sheet."""

from pathlib import Path

import pytest
from PIL import Image

from bot.errors import PictureLost
from bot.imaging.contact import GAP_PX, TILE_PX, draw_contact_sheet
from tests.assets import noise, save


def test_each_picture_has_its_place_by_its_number(tmp_path: Path) -> None:
    colors = {1: (200, 0, 0), 3: (0, 160, 0), 7: (0, 0, 200)}
    numbered = [
        (number, save(Image.new("RGB", (400, 400), color), tmp_path / f"{number}.png"))
        for number, color in colors.items()
    ]
    out = tmp_path / "sheet.jpg"
    assert draw_contact_sheet(numbered, out) == [1, 3, 7]
    step = GAP_PX + TILE_PX
    with Image.open(out) as sheet:
        assert sheet.size == (2 * step + GAP_PX, 2 * step + GAP_PX)
        for place, color in enumerate(colors.values()):
            left, top = place % 2 * step + GAP_PX, place // 2 * step + GAP_PX
            seen = sheet.getpixel((left + TILE_PX // 2, top + TILE_PX // 2))
            assert isinstance(seen, tuple)
            assert all(abs(a - b) < 12 for a, b in zip(seen, color, strict=True))
            tab = sheet.crop((left, top, left + 40, top + 40)).convert("L")
            shades = set(tab.tobytes())
            assert min(shades) < 60
            assert max(shades) > 200


def test_wide_pictures_leave_no_empty_bands(tmp_path: Path) -> None:
    wide = save(Image.new("RGB", (600, 200), (200, 0, 0)), tmp_path / "wide.png")
    tall = save(Image.new("RGB", (200, 600), (0, 160, 0)), tmp_path / "tall.png")
    out = tmp_path / "sheet.jpg"
    draw_contact_sheet([(1, wide), (2, wide), (3, wide), (4, tall)], out)
    with Image.open(out) as sheet:
        assert sheet.size == (2 * TILE_PX + 3 * GAP_PX, 100 + TILE_PX + 3 * GAP_PX)


@pytest.mark.parametrize("size", [(1, 1), (3000, 2), (2, 3000)])
def test_any_shape_fits_its_tile(size: tuple[int, int], tmp_path: Path) -> None:
    path = save(Image.new("RGBA", size, (0, 0, 0, 0)), tmp_path / "thin.png")
    assert draw_contact_sheet([(2, path)], tmp_path / "sheet.jpg") == [2]


def test_eight_grainy_ones_stay_below_a_megabyte(tmp_path: Path) -> None:
    path = save(noise(TILE_PX, TILE_PX), tmp_path / "noise.png", compress_level=1)
    out = tmp_path / "sheet.jpg"
    draw_contact_sheet([(n, path) for n in range(1, 9)], out)
    assert out.stat().st_size <= 1_000_000


def test_what_is_lost_is_left_out_and_none_at_all_is_said(tmp_path: Path) -> None:
    there = save(Image.new("RGB", (9, 9)), tmp_path / "there.png")
    gone = tmp_path / "gone.png"
    assert draw_contact_sheet([(1, gone), (2, there)], tmp_path / "sheet.jpg") == [2]
    with pytest.raises(PictureLost):
        draw_contact_sheet([(1, gone)], tmp_path / "sheet.jpg")
