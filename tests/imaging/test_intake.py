from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.domain import MaskSource, MaskTuning
from bot.errors import BadMask, BadPicture, PictureLost
from bot.imaging.intake import TakenIn, retune, take_in, take_parent
from bot.imaging.store import read_stored
from tests.assets import alpha, assert_same, mask, noise, photo, save

PLAIN = MaskTuning(grow_px=0)


def taken(
    folder: Path, marks: Image.Image, tuning: MaskTuning = PLAIN, size: tuple[int, int] = (160, 120)
) -> TakenIn:
    picture = save(photo(*size), folder / "upload")
    return take_in(picture, save(marks, folder / "mask-upload"), tuning, folder)


def drawn(path: Path | None) -> Image.Image:
    assert path is not None
    with Image.open(path) as image:
        assert image.mode == "1"
        return image.convert("L")


def test_a_mask_of_the_same_size_is_taken_as_it_is(tmp_path: Path) -> None:
    found = taken(tmp_path, mask())
    assert found.mask_facts is not None
    assert found.mask_facts.source is MaskSource.FILE
    assert found.mask_facts.notes == ()
    assert found.mask_facts.box == (53, 40, 106, 80)
    assert found.mask_facts.coverage == pytest.approx(53 * 40 / (160 * 120))
    assert not found.mask_facts.looks_inverted
    assert_same(drawn(found.mask), mask())


def test_grow_and_feather_have_defaults_for_the_size(tmp_path: Path) -> None:
    found = taken(tmp_path, mask(), MaskTuning())
    assert found.mask_facts is not None
    assert (found.mask_facts.grow_px, found.mask_facts.feather_px) == (4, 4)
    assert found.mask_facts.box == (49, 36, 110, 84)
    assert_same(drawn(found.mask_core), mask())


def test_a_large_picture_grows_more(tmp_path: Path) -> None:
    found = taken(tmp_path, mask(2048, 64), MaskTuning(), (2048, 64))
    assert found.mask_facts is not None
    assert found.mask_facts.grow_px == 8


def test_gray_is_cut_at_half(tmp_path: Path) -> None:
    marks = Image.new("L", (160, 120), 127)
    marks.paste(128, (10, 10, 20, 20))
    found = taken(tmp_path, marks)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (10, 10, 20, 20)


def test_another_size_of_the_same_shape_is_resized_and_said_so(tmp_path: Path) -> None:
    found = taken(tmp_path, mask(80, 60, (20, 20, 40, 40)))
    assert found.mask_facts is not None
    assert found.mask_facts.box == (40, 40, 80, 80)
    assert found.mask_facts.notes == (
        "The mask was 80×60, so I resized it to the picture's 160×120.",
    )


def test_another_shape_is_refused_with_both_sizes(tmp_path: Path) -> None:
    with pytest.raises(BadMask) as caught:
        taken(tmp_path, mask(100, 100))
    assert "100×100" in caught.value.sentence
    assert "160×120" in caught.value.sentence


@pytest.mark.parametrize(
    ("value", "invert", "sentence"),
    [(0, False, "empty"), (255, False, "whole"), (255, True, "empty"), (0, True, "whole")],
)
def test_empty_and_full_masks_are_refused(
    value: int, invert: bool, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(BadMask) as caught:
        taken(tmp_path, Image.new("L", (160, 120), value), MaskTuning(invert=invert))
    assert sentence in caught.value.sentence


def test_a_mask_that_grows_over_everything_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadMask) as caught:
        taken(tmp_path, mask(), MaskTuning(grow_px=100))
    assert "grown by 100 px" in caught.value.sentence


def test_a_broken_mask_is_called_a_mask(tmp_path: Path) -> None:
    (tmp_path / "m").write_bytes(b"rubbish")
    picture = save(photo(), tmp_path / "upload")
    with pytest.raises(BadMask):
        take_in(picture, tmp_path / "m", PLAIN, tmp_path)


def test_the_mask_is_turned_like_its_exif_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = mask(160, 120, (0, 0, 40, 20)).transpose(Image.Transpose.ROTATE_90)
    picture = save(photo(), tmp_path / "upload")
    marks = save(lying, tmp_path / "m", exif=exif)
    found = take_in(picture, marks, PLAIN, tmp_path)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (0, 0, 40, 20)


def test_a_mostly_white_mask_looks_inverted(tmp_path: Path) -> None:
    found = taken(tmp_path, ImageChops.invert(mask()))
    assert found.mask_facts is not None
    assert found.mask_facts.looks_inverted


def test_transparency_of_the_picture_is_the_mask(tmp_path: Path) -> None:
    found = take_in(save(alpha(), tmp_path / "upload"), None, PLAIN, tmp_path)
    assert found.mask_facts is not None
    assert found.mask_facts.source is MaskSource.ALPHA
    assert not found.mask_facts.looks_inverted
    assert_same(drawn(found.mask), mask())
    assert found.picture_facts.has_alpha


def test_a_sticker_is_doubtful(tmp_path: Path) -> None:
    sticker = photo().convert("RGBA")
    sticker.putalpha(mask(160, 120, (10, 10, 150, 110)))
    found = take_in(save(sticker, tmp_path / "upload"), None, PLAIN, tmp_path)
    assert found.mask_facts is not None
    assert "cut out" in found.mask_facts.doubt


@pytest.mark.parametrize("hole", [None, (0, 0, 2, 2), (0, 0, 160, 120)])
def test_without_a_mask_the_caller_decides(
    hole: tuple[int, int, int, int] | None, tmp_path: Path
) -> None:
    picture = alpha(hole=hole) if hole else photo()
    found = take_in(save(picture, tmp_path / "upload"), None, PLAIN, tmp_path)
    assert found.mask_facts is None
    assert found.mask is None
    assert found.overlay is None
    assert_same(read_stored(found.picture), picture)


def test_a_hole_in_a_copy_of_the_picture_is_what_to_change(tmp_path: Path) -> None:
    found = taken(tmp_path, alpha(hole=(5, 6, 50, 60)))
    assert found.mask_facts is not None
    assert found.mask_facts.box == (5, 6, 50, 60)
    assert "transparent" in found.mask_facts.notes[0]


@pytest.mark.parametrize("color", ["white", "red", "lime"])
def test_paint_on_a_transparent_sheet_is_what_to_change(color: str, tmp_path: Path) -> None:
    sheet = Image.new("RGBA", (160, 120))
    ImageDraw.Draw(sheet).rectangle((5, 6, 49, 59), fill=color)
    found = taken(tmp_path, sheet)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (5, 6, 50, 60)


def test_a_hole_in_a_black_sheet_is_what_to_change(tmp_path: Path) -> None:
    sheet = Image.new("RGBA", (160, 120), "black")
    sheet.paste((0, 0, 0, 0), (5, 6, 50, 60))
    found = taken(tmp_path, sheet)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (5, 6, 50, 60)


def test_black_and_white_on_a_transparent_sheet_is_read_as_such(tmp_path: Path) -> None:
    sheet = Image.new("RGBA", (160, 120))
    sheet.paste("black", (0, 0, 160, 100))
    sheet.paste("white", (5, 6, 50, 60))
    found = taken(tmp_path, sheet)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (5, 6, 50, 60)


def test_invert_twice_is_nothing(tmp_path: Path) -> None:
    first = taken(tmp_path, mask(), MaskTuning())
    before = drawn(first.mask)
    turned = again(first, MaskTuning(invert=True), tmp_path)
    assert_same(drawn(turned.mask_core), ImageChops.invert(mask()))
    back = again(turned, MaskTuning(), tmp_path)
    assert_same(drawn(back.mask), before)
    assert back.mask_facts == first.mask_facts


def again(found: TakenIn, tuning: MaskTuning, folder: Path) -> TakenIn:
    assert found.mask_core is not None
    return retune(found.picture, found.mask_core, tuning, folder)


def test_grow_again_starts_from_what_was_marked(tmp_path: Path) -> None:
    first = taken(tmp_path, mask(), MaskTuning(grow_px=20))
    second = again(first, MaskTuning(grow_px=2), tmp_path)
    assert second.mask_facts is not None
    assert second.mask_facts.box == (51, 38, 108, 82)


def test_a_later_edit_starts_from_what_was_changed(tmp_path: Path) -> None:
    first = taken(tmp_path, mask(), MaskTuning(invert=True))
    child = tmp_path / "child"
    child.mkdir()
    found = take_parent(first.picture, None, first.mask_core, PLAIN, child)
    assert found.mask_facts is not None
    assert found.mask_facts.source is MaskSource.PARENT
    assert_same(drawn(found.mask), ImageChops.invert(mask()))
    assert found.picture == first.picture
    assert_same(drawn(again(found, PLAIN, child).mask), ImageChops.invert(mask()))


def test_a_later_edit_may_bring_its_own_mask(tmp_path: Path) -> None:
    first = taken(tmp_path, mask())
    marks = save(mask(160, 120, (0, 0, 9, 9)), tmp_path / "new")
    found = take_parent(first.picture, marks, first.mask_core, PLAIN, tmp_path)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (0, 0, 9, 9)


def test_a_core_of_another_picture_is_lost(tmp_path: Path) -> None:
    first = taken(tmp_path, mask())
    other = save(photo(50, 50), tmp_path / "other")
    assert first.mask_core is not None
    with pytest.raises(PictureLost):
        retune(other, first.mask_core, PLAIN, tmp_path)


def test_the_overlay_is_small_and_shows_the_mask(tmp_path: Path) -> None:
    picture = save(noise(1500, 1400), tmp_path / "upload", compress_level=1)
    found = take_in(picture, save(mask(1500, 1400), tmp_path / "m"), MaskTuning(), tmp_path)
    assert found.overlay is not None
    assert found.overlay.stat().st_size <= 1_000_000
    with Image.open(found.overlay) as overlay:
        assert max(overlay.size) == 1280
        inside, outside = overlay.getpixel((640, 600)), overlay.getpixel((60, 60))
    assert inside != outside


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (3, 2)])
def test_tiny_pictures_work_or_are_refused_in_words(size: tuple[int, int], tmp_path: Path) -> None:
    marks = mask(*size, box=(0, 0, 1, 1))
    if size == (1, 1):
        with pytest.raises(BadMask):
            taken(tmp_path, marks, PLAIN, size)
    else:
        assert taken(tmp_path, marks, PLAIN, size).overlay is not None


def test_a_picture_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadPicture):
        take_in(save(photo(), tmp_path / "upload"), None, PLAIN, tmp_path, pixels_max=1000)


def test_below_zero_the_mask_is_smaller_than_what_was_marked(tmp_path: Path) -> None:
    first = taken(tmp_path, mask(), PLAIN)
    smaller = again(first, MaskTuning(grow_px=-2), tmp_path)
    assert first.mask_facts is not None
    assert smaller.mask_facts is not None
    left, top, right, bottom = first.mask_facts.box
    assert smaller.mask_facts.box == (left + 2, top + 2, right - 2, bottom - 2)
    assert smaller.mask_facts.feather_px == 0
    with pytest.raises(BadMask, match="Nothing of the mask would be left"):
        again(first, MaskTuning(grow_px=-500), tmp_path)
