"""The grid to pick cells from."""

from pathlib import Path

import pytest
from PIL import Image

from bot.domain import MaskTuning
from bot.errors import BadMask
from bot.imaging.cells import cell_names, draw_grid
from bot.imaging.intake import take_parent
from tests.assets import noise, photo, save


def test_both_levels_have_twenty_five_names() -> None:
    assert cell_names()[:6] == ["A1", "B1", "C1", "D1", "E1", "A2"]
    assert cell_names("B2")[-1] == "B2.E5"
    assert len(set(cell_names() + cell_names("C3"))) == 50


@pytest.mark.parametrize("size", [(1, 1), (7, 300), (640, 480), (3000, 1500)])
def test_a_grid_is_drawn_on_any_picture_and_fits_a_post(
    size: tuple[int, int], tmp_path: Path
) -> None:
    picture = save(photo(*size), tmp_path / "p.png")
    for within in ("", "B2"):
        out = draw_grid(picture, tmp_path / "grid.jpg", within=within)
        assert out.stat().st_size <= 1_000_000
        with Image.open(out) as grid:
            assert max(grid.size) <= 1280


def test_grain_is_squeezed_below_a_megabyte(tmp_path: Path) -> None:
    picture = save(noise(1300, 1200), tmp_path / "p.png", compress_level=1)
    assert draw_grid(picture, tmp_path / "grid.jpg").stat().st_size <= 1_000_000


def test_a_cell_is_shown_large(tmp_path: Path) -> None:
    picture = Image.new("RGB", (500, 500), "navy")
    picture.paste("orange", (100, 100, 200, 200))
    stored = save(picture, tmp_path / "p.png")
    with Image.open(draw_grid(stored, tmp_path / "grid.jpg", within="B2")) as grid:
        assert grid.size == (640, 640)
        red, green, blue = grid.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))  # pyright: ignore[reportGeneralTypeIssues]
        assert red > green > blue


def test_picked_cells_are_tinted_at_both_levels(tmp_path: Path) -> None:
    stored = save(Image.new("RGB", (500, 500), (90, 90, 90)), tmp_path / "p.png")

    def color_at(x: int, y: int, picked: tuple[str, ...], within: str) -> object:
        with Image.open(draw_grid(stored, tmp_path / "grid.jpg", picked, within)) as grid:
            return grid.getpixel((x * grid.width // 100, y * grid.height // 100))

    plain = color_at(25, 24, (), "")
    assert color_at(24, 24, ("B2",), "") != plain
    assert color_at(64, 24, ("B2",), "") == color_at(64, 24, (), "")
    assert color_at(44, 44, ("B2.C3", "A1"), "B2") != color_at(44, 44, (), "B2")
    assert color_at(84, 84, ("B2.C3", "A1"), "B2") == color_at(84, 84, (), "B2")


def test_a_cell_that_is_not_there_is_refused(tmp_path: Path) -> None:
    stored = save(photo(), tmp_path / "p.png")
    with pytest.raises(BadMask, match="no cell F2"):
        draw_grid(stored, tmp_path / "grid.jpg", within="F2")


def test_picked_cells_make_the_mask(tmp_path: Path) -> None:
    stored = save(photo(500, 500), tmp_path / "p.png")
    found = take_parent(stored, None, None, MaskTuning(grow_px=0, where="B2 C2 A1.E5"), tmp_path)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (80, 80, 300, 200)
    assert found.mask_facts.coverage == pytest.approx(2 / 25 + 1 / 625)
