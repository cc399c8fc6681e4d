"""Room added around a picture: what stays, what is new, what a provider is given."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageOps

from bot.domain import MaskSource, MaskTuning, SizeRule
from bot.errors import BadMask
from bot.imaging.compose import compose
from bot.imaging.extend import extend, seam_px
from bot.imaging.fit import fit
from bot.imaging.intake import TakenIn, retune, take_in, take_parent
from bot.imaging.regions import Sides
from bot.imaging.store import read_stored
from tests.assets import alpha, assert_same, assert_similar, changed, noise, photo, save

MODES = ("RGB", "RGBA", "L", "P", "CMYK")
RULES = (
    SizeRule(1, 0, 1),
    SizeRule(64, 0, 8),
    SizeRule(64, 128, 64),
    SizeRule(256, 1024, 8),
    SizeRule(64, 0, 16, 65536),
)
parts = st.sampled_from([0, 1, 7, 25, 50, 100])


def inner(taken: TakenIn, sides: Sides, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Where the old picture lies, without the soft edge."""
    assert taken.mask_facts is not None
    left, top, right, bottom = sides.margins(size)
    soft = taken.mask_facts.grow_px
    return (
        left + (soft if left else 0),
        top + (soft if top else 0),
        left + size[0] - (soft if right else 0),
        top + size[1] - (soft if bottom else 0),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(
    size=st.tuples(st.integers(8, 160), st.integers(8, 160)),
    percents=st.tuples(parts, parts, parts, parts).filter(any),
    mode=st.sampled_from(MODES),
    rule=st.sampled_from(RULES),
    grow=st.none() | st.integers(0, 3),
    feather=st.none() | st.integers(0, 60),
    match=st.booleans(),
)
def test_the_old_picture_stays_but_for_the_soft_edge(
    size: tuple[int, int],
    percents: tuple[int, int, int, int],
    mode: str,
    rule: SizeRule,
    grow: int | None,
    feather: int | None,
    match: bool,
) -> None:
    sides = Sides(*(percent / 100 for percent in percents))
    where = ", ".join(
        f"{name} {percent}%"
        for name, percent in zip(("left", "up", "right", "down"), percents, strict=True)
        if percent
    )
    with TemporaryDirectory() as name:
        folder = Path(name)
        picture = noise(*size).convert(mode)
        upload = save(picture, folder / "upload", "JPEG" if mode == "CMYK" else "PNG")
        original = read_stored(
            take_in(upload, None, MaskTuning(grow_px=0, where="center"), folder).picture
        )
        taken = take_in(upload, None, MaskTuning(False, grow, feather, where=where), folder)
        assert taken.mask is not None
        assert taken.mask_facts is not None
        assert taken.mask_facts.source is MaskSource.SIDES
        fitted = fit(taken.picture, taken.mask, rule, folder / "fp.png", folder / "fm.png")
        check_rule(fitted.width_px, fitted.height_px, rule)
        with Image.open(folder / "fp.png") as sent:
            vandal = save(ImageOps.invert(sent), folder / "answer")
        done = compose(
            taken.picture, taken.mask, taken.mask_facts.feather_px, vandal, fitted, match,
            folder / "result",
        )  # fmt: skip
        result = read_stored(done.path)
        left, top, right, bottom = sides.margins(size)
        assert result.size == (size[0] + left + right, size[1] + top + bottom)
        box = inner(taken, sides, size)
        if box[0] < box[2] and box[1] < box[3]:
            old = original.crop((box[0] - left, box[1] - top, box[2] - left, box[3] - top))
            assert changed(result.crop(box), old).getbbox() is None


def check_rule(width: int, height: int, rule: SizeRule) -> None:
    assert width % rule.multiple_of_px == height % rule.multiple_of_px == 0
    assert min(width, height) >= rule.side_min_px
    assert not rule.side_max_px or max(width, height) <= rule.side_max_px
    assert not rule.pixels_max or width * height <= rule.pixels_max


def test_the_edges_go_on_and_are_not_black() -> None:
    picture = photo(200, 150)
    wide, new = extend(picture, Sides(0.5, 0.5, 1, 1), 10**8)
    assert wide.size == new.size == (100 + 200 + 200, 75 + 150 + 150)
    assert_same(wide.crop((100, 75, 300, 225)), picture)
    assert new.getpixel((99, 100)) == 255
    assert new.getpixel((100, 75)) == 0
    strip = picture.crop((0, 0, 8, 150)).resize((1, 150), Image.Resampling.BOX)
    assert_similar(wide.crop((10, 75, 11, 225)), strip, 12)
    corner = wide.crop((0, 0, 90, 70)).convert("L").getextrema()
    assert isinstance(corner[0], int)
    assert corner[0] > 0


def test_a_transparent_picture_is_extended_and_its_hole_stays(tmp_path: Path) -> None:
    upload = save(alpha(160, 120), tmp_path / "upload")
    taken = take_in(upload, None, MaskTuning(where="left 50%"), tmp_path)
    wide = read_stored(taken.picture)
    assert (wide.mode, wide.size) == ("RGBA", (240, 120))
    assert_same(wide.crop((80, 0, 240, 120)), read_stored(upload))


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (40, 1), (3, 2)])
def test_the_tiniest_picture_can_be_extended(size: tuple[int, int], tmp_path: Path) -> None:
    upload = save(photo(*size), tmp_path / "upload")
    taken = take_in(upload, None, MaskTuning(where="all sides 100%"), tmp_path)
    assert (taken.picture_facts.width_px, taken.picture_facts.height_px) == (
        3 * size[0],
        3 * size[1],
    )
    assert taken.overlay is not None


def test_more_than_the_limit_is_refused_with_both_figures(tmp_path: Path) -> None:
    upload = save(photo(200, 100), tmp_path / "upload")
    with pytest.raises(BadMask, match=r"would have 0\.1 megapixels; I take at most 0\.05"):
        take_in(upload, None, MaskTuning(where="all sides 50%"), tmp_path, pixels_max=50_000)


def test_the_seam_is_never_deeper_than_a_quarter() -> None:
    _, new = extend(photo(2000, 20), Sides(left=1), 10**8)
    assert seam_px(new) == 5
    _, new = extend(photo(1000, 800), Sides(left=1), 10**8)
    assert seam_px(new) == 25


def test_an_extended_draft_can_be_tuned_again(tmp_path: Path) -> None:
    upload = save(photo(160, 120), tmp_path / "upload")
    first = take_in(upload, None, MaskTuning(where="left 50%"), tmp_path)
    assert first.mask_core is not None
    again = retune(
        first.picture, first.mask_core, MaskTuning(grow_px=2), tmp_path, MaskSource.SIDES
    )
    assert again.mask_facts is not None
    assert again.mask_facts.box == (0, 0, 82, 120)
    assert again.mask_facts.feather_px == 2


def test_an_earlier_result_is_extended_into_a_new_file(tmp_path: Path) -> None:
    stored = save(photo(160, 120), tmp_path / "stored.png")
    taken = take_parent(stored, None, None, MaskTuning(where="right 100%"), tmp_path)
    assert taken.picture != stored
    assert taken.picture_facts.width_px == 320
    kept = read_stored(taken.picture).crop((0, 0, 160, 120))
    assert ImageChops.difference(kept, photo(160, 120)).getbbox() is None


def test_added_room_cannot_be_turned_around(tmp_path: Path) -> None:
    upload = save(photo(160, 120), tmp_path / "upload")
    with pytest.raises(BadMask, match="cannot be turned around"):
        take_in(upload, None, MaskTuning(True, where="left 50%"), tmp_path)
