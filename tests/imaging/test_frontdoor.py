"""What is recognised in what a member gave, without being told."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from bot.domain import MaskSource, MaskTuning, SizeRule
from bot.errors import BadMask
from bot.imaging.fit import fit
from bot.imaging.intake import TakenIn, retune, take_in, take_parent
from bot.imaging.masks import load_mask
from tests.assets import alpha, assert_same, mask, photo, save

SIZE = 320, 240
MAGENTA = (255, 0, 200)
BOX = (80, 60, 180, 160)
PLAIN = MaskTuning(grow_px=0)
S = MaskSource


def painted(mode: str = "RGB") -> Image.Image:
    copy = photo(*SIZE).convert(mode).convert("RGB")
    copy.paste(MAGENTA, BOX)
    return copy


def paint_on_nothing() -> Image.Image:
    sheet = Image.new("RGBA", SIZE)
    sheet.paste((255, 0, 0, 255), BOX)
    return sheet


def drawing(ink: tuple[int, int, int] | str, ground: tuple[int, int, int] | str) -> Image.Image:
    sheet = Image.new("RGB", SIZE, ground)
    sheet.paste(ink, BOX)
    return sheet


def page() -> Image.Image:
    """A picture that is black and white itself."""
    sheet = Image.new("RGB", SIZE, "white")
    on = ImageDraw.Draw(sheet)
    for row in range(10, 230, 12):
        for column in range(10 + row % 7, 300, 9):
            on.rectangle((column, row, column + 2 + (row * column) % 5, row + 6), fill="black")
    return sheet


def marked_page() -> Image.Image:
    sheet = page()
    ImageDraw.Draw(sheet).rectangle(BOX, fill=(255, 0, 0))
    return sheet


@pytest.mark.parametrize(
    ("picture", "given", "source"),
    [
        (photo(*SIZE), mask(*SIZE, BOX), S.FILE),
        (photo(*SIZE), drawing("white", "black"), S.FILE),
        (photo(*SIZE), drawing((250, 230, 0), (0, 30, 90)), S.FILE),
        (photo(*SIZE), alpha(*SIZE, BOX), S.CUTOUT),
        (photo(*SIZE), paint_on_nothing(), S.CUTOUT),
        (photo(*SIZE), painted(), S.PAINTED),
        (photo(*SIZE), painted().resize((240, 180)), S.PAINTED),
        (photo(*SIZE).convert("L"), painted("L"), S.PAINTED),
        (page(), marked_page(), S.PAINTED),
        (page(), mask(*SIZE, BOX), S.FILE),
    ],
    ids=[
        "mask", "mask in color", "drawing", "cut-out", "paint on nothing", "painted copy",
        "smaller painted copy", "gray picture", "painted page", "mask of a page",
    ],
)  # fmt: skip
def test_what_was_given_is_recognised(
    picture: Image.Image, given: Image.Image, source: MaskSource, tmp_path: Path
) -> None:
    found = take_in(
        save(picture, tmp_path / "upload"), save(given, tmp_path / "given"), PLAIN, tmp_path
    )
    assert found.mask_facts is not None
    assert found.mask_facts.source is source
    slack = 3
    assert all(abs(a - b) <= slack for a, b in zip(found.mask_facts.box, BOX, strict=True))
    assert found.overlay is not None


def test_a_cut_out_picture_may_be_painted_on_too(tmp_path: Path) -> None:
    picture = alpha(*SIZE, (0, 0, 40, 240))
    copy = picture.copy()
    copy.paste((*MAGENTA, 255), BOX)
    found = take_in(save(picture, tmp_path / "p"), save(copy, tmp_path / "c"), PLAIN, tmp_path)
    assert found.mask_facts is not None
    assert found.mask_facts.source is S.PAINTED
    assert found.mask_facts.box == pytest.approx(BOX, abs=3)


def test_a_photo_of_something_else_is_refused(tmp_path: Path) -> None:
    picture = save(photo(*SIZE), tmp_path / "p")
    with pytest.raises(BadMask, match="neither a mask nor a copy"):
        take_in(picture, save(photo(*SIZE, seed=5), tmp_path / "c"), PLAIN, tmp_path)


def ring(folder: Path, draw: Callable[[ImageDraw.ImageDraw], object] | None = None) -> TakenIn:
    copy = photo(*SIZE)
    on = ImageDraw.Draw(copy)
    draw(on) if draw else on.ellipse(BOX, outline=MAGENTA, width=8)
    picture, given = save(photo(*SIZE), folder / "p"), save(copy, folder / "c")
    return take_in(picture, given, PLAIN, folder)


def again(found: TakenIn, tuning: MaskTuning, folder: Path) -> TakenIn:
    assert found.mask_core is not None
    return retune(found.picture, found.mask_core, tuning, folder, S.PAINTED)


def area(found: TakenIn) -> Image.Image:
    assert found.mask is not None
    return load_mask(found.mask, SIZE)


def test_outline_is_switched_off_and_on_without_the_copy(tmp_path: Path) -> None:
    first = ring(tmp_path)
    before = area(first)
    assert before.getpixel((130, 110)) == 255
    assert first.mask_facts is not None
    assert first.mask_facts.outline is True
    assert "inside" in first.mask_facts.doubt
    off = again(first, MaskTuning(grow_px=0, outline=False), tmp_path)
    assert area(off).getpixel((130, 110)) == 0
    assert off.mask_facts is not None
    assert (off.mask_facts.outline, off.mask_facts.doubt) == (False, "")
    on = again(off, MaskTuning(grow_px=0, outline=True), tmp_path)
    assert_same(area(on), before)


@pytest.mark.parametrize("outline", [None, True, False])
def test_outline_and_invert_go_together(outline: bool | None, tmp_path: Path) -> None:
    first = ring(tmp_path)
    plain = area(again(first, MaskTuning(grow_px=0, outline=outline), tmp_path))
    turned = again(first, MaskTuning(True, 0, outline=outline), tmp_path)
    assert_same(area(turned), ImageChops.invert(plain))
    back = again(turned, MaskTuning(False, 0), tmp_path)
    assert_same(area(back), plain)


def test_a_later_edit_takes_what_the_outline_enclosed(tmp_path: Path) -> None:
    first = ring(tmp_path)
    child = tmp_path / "child"
    child.mkdir()
    found = take_parent(first.picture, None, first.mask_core, PLAIN, child)
    assert_same(area(found), area(first))
    rest = take_parent(
        first.picture, None, first.mask_core, MaskTuning(grow_px=0, where="inverse"), child
    )
    assert_same(area(rest), ImageChops.invert(area(first)))
    assert rest.mask_facts is not None
    assert rest.mask_facts.source is S.PARENT


def test_a_filled_shape_offers_no_outline(tmp_path: Path) -> None:
    found = ring(tmp_path, lambda on: on.ellipse(BOX, fill=MAGENTA))
    assert found.mask_facts is not None
    assert (found.mask_facts.outline, found.mask_facts.doubt) == (None, "")


def test_the_color_under_transparency_is_never_sent(tmp_path: Path) -> None:
    picture = photo(*SIZE).convert("RGBA")
    picture.paste((0, 255, 0, 0), BOX)
    found = take_in(save(picture, tmp_path / "p"), None, PLAIN, tmp_path)
    assert found.mask is not None
    assert found.mask_facts is not None
    assert found.mask_facts.source is S.ALPHA
    fit(found.picture, found.mask, SizeRule(), tmp_path / "fp.png", tmp_path / "fm.png")
    with Image.open(tmp_path / "fp.png") as sent:
        assert sent.mode == "RGB"
        assert (0, 255, 0) not in {
            color for _, color in sent.getcolors(sent.width * sent.height) or []
        }


@pytest.mark.parametrize("where", ["same", "inverse"])
def test_without_an_earlier_mask_there_is_none_to_take(where: str, tmp_path: Path) -> None:
    picture = save(photo(*SIZE), tmp_path / "p")
    with pytest.raises(BadMask, match="no earlier mask"):
        take_in(picture, None, MaskTuning(where=where), tmp_path)


def test_an_earlier_mask_fits_a_picture_of_another_size(tmp_path: Path) -> None:
    core = save(mask(80, 60, (20, 15, 45, 40)), tmp_path / "core.png")
    picture = save(photo(*SIZE), tmp_path / "p")
    found = take_in(picture, None, MaskTuning(grow_px=0, where="same"), tmp_path, earlier_core=core)
    assert found.mask_facts is not None
    assert found.mask_facts.box == (80, 60, 180, 160)
