"""Stored pictures as the files that people asked for."""

from pathlib import Path

import pytest
from PIL import Image

from bot.errors import PictureLost
from bot.imaging.export import FORMATS, export
from bot.imaging.store import read_stored, save_lossless
from tests import assets

LOSSLESS = (".png", ".webp")


def stored(folder: Path, image: Image.Image) -> Path:
    return save_lossless(image, folder / "stored")


@pytest.mark.parametrize("suffix", [*LOSSLESS, ".PNG"])
@pytest.mark.parametrize("image", [assets.photo(), assets.alpha()], ids=["opaque", "clear"])
def test_a_lossless_file_has_exactly_the_stored_pixels(
    tmp_path: Path, image: Image.Image, suffix: str
) -> None:
    target = tmp_path / f"out{suffix}"
    assert export(stored(tmp_path, image), target) == image.size
    with Image.open(target) as written:
        assert written.format == FORMATS[suffix.lower()][0]
        assets.assert_same(written, image)


@pytest.mark.parametrize("suffix", [".jpg", ".jpeg"])
def test_a_jpeg_is_close_and_white_where_the_picture_is_clear(tmp_path: Path, suffix: str) -> None:
    image = assets.alpha(60, 60)
    export(stored(tmp_path, image), tmp_path / f"out{suffix}")
    with Image.open(tmp_path / f"out{suffix}") as written:
        assert (written.format, written.mode) == ("JPEG", "RGB")
        assert min(written.getpixel((30, 30))) > 245  # pyright: ignore[reportArgumentType]
        shown = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
        assets.assert_similar(written, shown.convert("RGB"))


def test_a_stored_jpeg_is_turned_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = assets.save(assets.photo(40, 20), tmp_path / "stored.jpg", "JPEG", exif=exif)
    assert export(lying, tmp_path / "out.jpg") == (20, 40)
    with Image.open(tmp_path / "out.jpg") as written:
        assets.assert_similar(written, read_stored(lying))


def test_a_target_that_cannot_be_written_stays_as_it_was(tmp_path: Path) -> None:
    source = stored(tmp_path, assets.photo())
    (tmp_path / "out.png").mkdir()
    with pytest.raises(OSError, match=r"out\.png"):
        export(source, tmp_path / "out.png")
    assert list(tmp_path.glob(".*")) == []


def test_a_stored_file_that_is_gone_is_a_lost_picture(tmp_path: Path) -> None:
    (tmp_path / "out.png").write_bytes(b"from before")
    with pytest.raises(PictureLost):
        export(tmp_path / "nothing.webp", tmp_path / "out.png")
    assert (tmp_path / "out.png").read_bytes() == b"from before"
