from pathlib import Path

import pytest
from PIL import Image

from bot.errors import PictureLost
from bot.imaging.ladder import LAST_RUNG, Encoded, copy_name, encode_first_rung, encode_for_post
from bot.imaging.store import save_lossless
from tests.assets import noise


def stored(folder: Path, mode: str = "RGB") -> Path:
    picture = noise(300, 200).convert(mode)
    if mode == "RGBA":
        picture.putalpha(Image.linear_gradient("L").resize((300, 200)))
    return save_lossless(picture, folder / "stored")


def width(path: Path) -> int:
    with Image.open(path) as image:
        return image.width


def test_what_fits_is_posted_as_it_is(tmp_path: Path) -> None:
    found = encode_for_post(stored(tmp_path), tmp_path, 10_000_000)
    assert found.path == tmp_path / "stored.webp"
    assert not found.lossy
    assert found.next_rung == 1
    assert found.bytes == found.path.stat().st_size


@pytest.mark.parametrize(("mode", "suffix"), [("RGB", ".jpg"), ("RGBA", ".webp")])
def test_each_rung_is_smaller_than_the_one_before(mode: str, suffix: str, tmp_path: Path) -> None:
    source, rung, sizes = stored(tmp_path, mode), 0, []
    while rung <= LAST_RUNG:
        found = encode_for_post(source, tmp_path, 10_000_000, rung)
        sizes.append(found.bytes)
        assert found.lossy == (rung > 0)
        assert found.next_rung == rung + 1
        assert found.path.suffix == (suffix if rung else ".webp")
        rung = found.next_rung
    assert sizes == sorted(sizes, reverse=True)
    assert len(set(sizes)) == LAST_RUNG + 1


def test_the_first_rung_that_fits_is_taken(tmp_path: Path) -> None:
    source = stored(tmp_path)
    limit = encode_for_post(source, tmp_path, 10_000_000, 2).bytes
    found = encode_for_post(source, tmp_path, limit)
    assert (found.bytes, found.next_rung) == (limit, 3)


def test_when_nothing_fits_the_smallest_is_given(tmp_path: Path) -> None:
    found = encode_for_post(stored(tmp_path), tmp_path, 10)
    assert width(found.path) == 38
    assert encode_for_post(stored(tmp_path), tmp_path, 10, 99).bytes == found.bytes


def test_too_long_for_its_format_is_made_shorter(tmp_path: Path) -> None:
    picture = Image.new("RGBA", (20000, 2), (1, 2, 3, 4))
    found = encode_for_post(save_lossless(picture, tmp_path / "s"), tmp_path, 10_000_000, 1)
    assert width(found.path) == 16383


def test_a_copy_that_is_there_already_is_not_made_again(tmp_path: Path) -> None:
    source = stored(tmp_path)
    first = encode_first_rung(noise(300, 200), tmp_path / "some")
    ready = first.replace(tmp_path / copy_name(source.stem, 1, first.suffix))
    source.write_bytes(b"not even a picture")
    found = encode_for_post(source, tmp_path, 10_000_000, 1)
    assert found == Encoded(ready, ready.stat().st_size, True, 2)


def test_a_lost_picture_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(PictureLost):
        encode_for_post(tmp_path / "gone.webp", tmp_path, 10)
