"""The samples fit each other and are not written twice."""

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from bot.sandbox.samples import SAMPLES, Sample, write_samples


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "samples"
    write_samples(folder)
    return folder


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.mask)
def test_every_mask_has_the_size_of_its_photo(folder: Path, sample: Sample) -> None:
    with Image.open(folder / sample.photo) as photo, Image.open(folder / sample.mask) as mask:
        assert mask.size == photo.size
        assert mask.mode == "L"


def test_the_inverted_mask_is_the_other_one_swapped(folder: Path) -> None:
    with (
        Image.open(folder / "rocket-mask.png") as mask,
        Image.open(folder / "rocket-mask-inverted.png") as inverted,
    ):
        assert ImageChops.invert(mask).tobytes() == inverted.tobytes()


def test_nothing_but_the_samples_is_written(folder: Path) -> None:
    named = {name for sample in SAMPLES for name in (sample.photo, sample.mask)}
    assert {path.name for path in folder.iterdir()} == named


def test_a_file_that_somebody_changed_stays(tmp_path: Path) -> None:
    write_samples(tmp_path)
    (tmp_path / "rocket-mask.png").write_bytes(b"mine")
    write_samples(tmp_path)
    assert (tmp_path / "rocket-mask.png").read_bytes() == b"mine"
