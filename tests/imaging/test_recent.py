from pathlib import Path

from PIL import Image

from bot.imaging import recent as module
from bot.imaging.recent import Recent
from bot.imaging.store import read_stored
from tests.assets import assert_same, photo, save


def test_a_picture_is_given_once(tmp_path: Path) -> None:
    recent, path, picture = Recent(), save(photo(8, 6), tmp_path / "a.png"), photo(8, 6)
    recent.keep(path, picture)
    assert recent.take(path.read_bytes()) is picture
    assert recent.take(path.read_bytes()) is None


def test_another_content_is_another_picture(tmp_path: Path) -> None:
    recent, path = Recent(), save(photo(8, 6), tmp_path / "a.png")
    recent.keep(path, photo(8, 6))
    assert recent.take(path.read_bytes() + b"x") is None
    # Forgotten, so that two pictures are never in memory.
    assert recent.take(path.read_bytes()) is None


def test_a_large_one_is_not_kept(tmp_path: Path) -> None:
    recent, path = Recent(), save(photo(8, 6), tmp_path / "a.png")
    recent.keep(path, Image.new("1", (module.PIXELS_MAX + 1, 1)))
    assert recent.take(path.read_bytes()) is None


def test_who_takes_it_may_paint_on_it(tmp_path: Path) -> None:
    picture = photo(8, 6)
    path = save(picture, tmp_path / "a.png")
    module.recent.keep(path, picture.copy())
    read_stored(path).paste((0, 0, 0), (0, 0, 8, 6))
    assert_same(read_stored(path), picture)
