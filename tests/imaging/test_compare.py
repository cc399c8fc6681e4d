"""Before, mask and after in one picture."""

from pathlib import Path

import pytest
from PIL import Image

from bot.errors import PictureLost
from bot.imaging.compare import GAP_PX, LABEL_PX, draw_comparison
from tests.assets import mask, noise, photo, save


@pytest.mark.parametrize("size", [(1, 1), (40, 300), (300, 40), (1600, 1200)])
def test_any_picture_is_compared_and_fits_a_post(size: tuple[int, int], tmp_path: Path) -> None:
    before = save(photo(*size), tmp_path / "before.png")
    marked = save(Image.new("L", size, 255), tmp_path / "mask.png")
    out = draw_comparison(before, marked, before, tmp_path / "out.jpg")
    assert out.stat().st_size <= 1_000_000
    with Image.open(out) as sheet:
        assert max(sheet.size) <= 3000


def test_the_panels_show_before_mask_and_after(tmp_path: Path) -> None:
    size = (100, 100)
    before = save(Image.new("RGB", size, "navy"), tmp_path / "before.png")
    after = save(Image.new("RGB", size, "white"), tmp_path / "after.png")
    marked = Image.new("L", size)
    marked.paste(255, (50, 0, 100, 100))
    out = draw_comparison(before, save(marked, tmp_path / "mask.png"), after, tmp_path / "out.jpg")
    with Image.open(out) as sheet:
        middle = GAP_PX + LABEL_PX + 50
        first, kept, tinted, last = (
            sheet.getpixel((x, middle))
            for x in (GAP_PX + 75, 2 * GAP_PX + 120, 2 * GAP_PX + 175, 3 * GAP_PX + 250)
        )
    assert near(first, (0, 0, 128))
    assert near(kept, (0, 0, 128))
    assert not near(tinted, (0, 0, 128))
    assert near(last, (255, 255, 255))


def near(seen: object, wanted: tuple[int, int, int]) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) < 30 for a, b in zip(seen, wanted, strict=True))


def test_a_mask_of_another_size_is_lost(tmp_path: Path) -> None:
    before = save(photo(96, 64), tmp_path / "before.png")
    other = save(mask(64, 96), tmp_path / "mask.png")
    with pytest.raises(PictureLost):
        draw_comparison(before, other, before, tmp_path / "out.jpg")


def test_grain_is_squeezed_below_a_megabyte(tmp_path: Path) -> None:
    before = save(noise(1200, 1200), tmp_path / "before.png", compress_level=1)
    marked = save(Image.new("L", (1200, 1200), 255), tmp_path / "mask.png")
    out = draw_comparison(before, marked, before, tmp_path / "out.jpg")
    assert out.stat().st_size <= 1_000_000
