import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from bot.domain import Fit, SizeRule
from bot.errors import PictureLost
from bot.imaging.fit import fit, fitted_picture, plan
from tests.assets import alpha, assert_same, gradient, mask, photo, save

ANY = SizeRule(side_min_px=1, multiple_of_px=1)
rules = st.builds(
    SizeRule,
    side_min_px=st.sampled_from([1, 16, 64, 256]),
    side_max_px=st.sampled_from([0, 512, 768, 1024]),
    multiple_of_px=st.sampled_from([1, 8, 64]),
    pixels_max=st.sampled_from([0, 512 * 512, 1_000_000]),
)


@st.composite
def sizes_and_boxes(
    draw: st.DrawFn,
) -> tuple[tuple[int, int], tuple[int, int, int, int]]:
    sides = st.integers(1, 400) | st.integers(401, 6000)
    width, height = draw(sides), draw(sides)
    left, top = draw(st.integers(0, width - 1)), draw(st.integers(0, height - 1))
    right, bottom = draw(st.integers(left + 1, width)), draw(st.integers(top + 1, height))
    return (width, height), (left, top, right, bottom)


@given(sizes_and_boxes(), rules)
def test_every_plan_obeys_the_rule_and_holds_the_box(
    case: tuple[tuple[int, int], tuple[int, int, int, int]], rule: SizeRule
) -> None:
    size, box = case
    found = plan(size, box, rule)
    left, top, right, bottom = found.crop
    assert 0 <= left <= box[0] < box[2] <= right <= size[0]
    assert 0 <= top <= box[1] < box[3] <= bottom <= size[1]
    for side in (found.width_px, found.height_px):
        assert side % rule.multiple_of_px == 0
        assert rule.side_min_px <= side <= (rule.side_max_px or math.inf)
    if rule.pixels_max:
        assert found.width_px * found.height_px <= rule.pixels_max


@given(sizes_and_boxes(), rules)
def test_nothing_is_stretched_where_the_picture_has_room(
    case: tuple[tuple[int, int], tuple[int, int, int, int]], rule: SizeRule
) -> None:
    size, box = case
    found = plan(size, box, rule)
    crop = (found.crop[2] - found.crop[0], found.crop[3] - found.crop[1])
    scales = (found.width_px / crop[0], found.height_px / crop[1])
    least = max(rule.side_min_px, rule.multiple_of_px) / min(scales)
    roomy = min(size) >= 2 * least and all(
        part <= 0.5 * whole for part, whole in zip(_extent(box), size, strict=True)
    )
    if roomy:
        # Half a pixel of the crop is all that rounding may cost.
        assert scales[0] == pytest.approx(scales[1], rel=max(1 / crop[0], 1 / crop[1]))


def _extent(box: tuple[int, int, int, int]) -> tuple[int, int]:
    return box[2] - box[0], box[3] - box[1]


@pytest.mark.parametrize(
    ("size", "box", "rule", "wanted"),
    [
        ((1000, 800), (400, 300, 500, 400), ANY, Fit((336, 236, 564, 464), 228, 228)),
        ((1000, 800), (100, 100, 500, 300), ANY, Fit((0, 0, 700, 500), 700, 500)),
        ((1000, 800), (100, 100, 700, 300), ANY, Fit((0, 0, 850, 450), 850, 450)),
        ((100, 80), (0, 0, 10, 10), ANY, Fit((0, 0, 74, 74), 74, 74)),
        (
            (1000, 1000),
            (450, 450, 550, 550),
            SizeRule(512, 1024, 64),
            Fit((244, 244, 756, 756), 512, 512),
        ),
        (
            (4000, 4000),
            (1000, 1000, 3000, 3000),
            SizeRule(64, 1024, 8),
            Fit((0, 0, 4000, 4000), 1024, 1024),
        ),
        ((1, 1), (0, 0, 1, 1), SizeRule(64, 1024, 8), Fit((0, 0, 1, 1), 64, 64)),
        ((1, 400), (0, 9, 1, 10), SizeRule(64, 1024, 8), Fit((0, 0, 1, 74), 64, 1024)),
    ],
)
def test_plans(
    size: tuple[int, int], box: tuple[int, int, int, int], rule: SizeRule, wanted: Fit
) -> None:
    assert plan(size, box, rule) == wanted


@pytest.mark.parametrize("picture", [photo(300, 200), alpha(300, 200)])
def test_fit_writes_what_it_says(picture: Image.Image, tmp_path: Path) -> None:
    source = save(picture, tmp_path / "p.png")
    marks = save(mask(300, 200), tmp_path / "m.png")
    rule = SizeRule(64, 128, 8)
    found = fit(source, marks, rule, tmp_path / "op.png", tmp_path / "om.png")
    with Image.open(tmp_path / "op.png") as sent, Image.open(tmp_path / "om.png") as sent_mask:
        assert sent.size == sent_mask.size == (found.width_px, found.height_px)
        assert (sent.mode, sent_mask.mode) == ("RGB", "L")
        assert {value for _, value in sent_mask.getcolors() or []} == {0, 255}


def test_a_mask_is_sent_as_the_provider_reads_it(tmp_path: Path) -> None:
    source = save(photo(30, 20), tmp_path / "p.png")
    marks = save(mask(30, 20, (10, 5, 20, 15)), tmp_path / "m.png")
    for white_edits, as_alpha in ((True, False), (False, False), (True, True)):
        out = tmp_path / "op.png", tmp_path / "om.png"
        found = fit(source, marks, ANY, *out, white_edits, as_alpha)
        inside, outside = (12 - found.crop[0], 8 - found.crop[1]), (0, 0)
        with Image.open(out[0]) as sent, Image.open(out[1]) as sent_mask:
            edited = sent_mask.getpixel(inside), sent_mask.getpixel(outside)
            assert edited == ((255, 0) if white_edits else (0, 255))
            assert sent.mode == ("RGBA" if as_alpha else "RGB")
            if as_alpha:
                clear = sent.getchannel("A")
                assert (clear.getpixel(inside), clear.getpixel(outside)) == (0, 255)


def test_an_unscaled_crop_keeps_its_pixels() -> None:
    picture = gradient(300, 200)
    found = plan(picture.size, (100, 80, 120, 90), ANY)
    assert_same(fitted_picture(picture, found), picture.crop(found.crop))


def test_a_mask_of_another_size_is_lost(tmp_path: Path) -> None:
    source = save(photo(30, 20), tmp_path / "p.png")
    marks = save(mask(31, 20), tmp_path / "m.png")
    with pytest.raises(PictureLost):
        fit(source, marks, ANY, tmp_path / "op", tmp_path / "om")
