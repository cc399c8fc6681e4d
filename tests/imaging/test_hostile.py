"""What `make fuzz` once found, each as the smallest file that shows it."""

import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.domain import MaskTuning
from bot.errors import BadPicture
from bot.imaging.codec import decode
from bot.imaging.intake import take_in
from bot.imaging.page import GLANCE_SIDE_MAX_PX, SCREEN_SIDE_MAX_PX, glance_copy, screen_copy
from bot.imaging.scans import SCANS_MAX, has_too_many_scans
from bot.imaging.store import SIDE_MAX_PX, store
from bot.imaging.strip import strip_jpeg
from tests.assets import encoded, photo, save
from tests.fuzz import raw

PIXELS_MAX = 40_000_000


def test_a_palette_picture_without_a_palette_is_damaged() -> None:
    pixels = raw.chunk(b"IDAT", zlib.compress(b"\0" * 100))
    with pytest.raises(BadPicture, match="AssertionError") as caught:
        decode(raw.png(raw.header(9, 9, 8, 3), pixels), PIXELS_MAX)
    assert "damaged" in caught.value.sentence


def scanned(count: int) -> bytes:
    """A progressive JPEG with so many more passes than it needs."""
    data = encoded(photo(), "JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:last] + data[last:-2] * count + b"\xff\xd9"


def test_a_jpeg_of_a_thousand_passes_is_refused_unopened() -> None:
    with pytest.raises(BadPicture, match="scans") as caught:
        decode(scanned(1000), PIXELS_MAX)
    assert "unpacks to far more" in caught.value.sentence


def test_a_jpeg_of_many_passes_is_opened() -> None:
    assert decode(scanned(SCANS_MAX - 20), PIXELS_MAX).size == (160, 120)


def test_passes_of_thumbnails_and_of_later_pictures_do_not_count() -> None:
    thumbnail = raw.segment(0xE1, b"Exif\0\0" + b"\xff\xda\0\x0c" * 2000)
    data = raw.behind_start(encoded(photo(), "JPEG"), [thumbnail])
    assert not has_too_many_scans(data + scanned(1000))
    assert strip_jpeg(data) is not None
    assert decode(data, PIXELS_MAX).size == (160, 120)


@pytest.mark.parametrize("size", [(70_000, 3), (3, 70_000)])
def test_a_very_long_picture_can_be_shown_on_the_page(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    picture = save(Image.new("RGB", size), tmp_path / "picture.png")
    for copy, side_px in ((screen_copy, SCREEN_SIDE_MAX_PX), (glance_copy, GLANCE_SIDE_MAX_PX)):
        shown = copy(picture, tmp_path / "copy")
        with Image.open(BytesIO(shown.read_bytes())) as image:
            assert max(image.size) == side_px
            assert min(image.size) == 1


@pytest.mark.parametrize("size", [(SIDE_MAX_PX + 1, 1), (1, SIDE_MAX_PX + 1)])
def test_a_picture_of_endless_rows_is_refused(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(BadPicture) as caught:
        store(save(Image.new("1", size), tmp_path / "upload"), tmp_path, PIXELS_MAX)
    assert "65,536" in caught.value.sentence
    assert "its longer side may have at most 65,535 pixels" in caught.value.sentence


def test_the_longest_picture_is_taken_in_whole(tmp_path: Path) -> None:
    upload = save(Image.new("RGB", (SIDE_MAX_PX, 3)), tmp_path / "upload")
    taken = take_in(upload, None, MaskTuning(where="left half"), tmp_path)
    assert taken.picture_facts.width_px == SIDE_MAX_PX
