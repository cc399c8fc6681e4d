from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageOps

from bot.domain import Fit, MaskTuning, SizeRule
from bot.errors import BadAnswer, BadMask, PictureLost
from bot.imaging.compose import Composed, compose, is_blank
from bot.imaging.fit import fit
from bot.imaging.intake import take_in
from bot.imaging.store import read_stored
from tests.assets import alpha, assert_similar, changed, mask, noise, photo, save

ANY = SizeRule(side_min_px=1, multiple_of_px=1)
MODES = ("RGB", "RGBA", "LA", "L", "1", "P", "CMYK", "I;16", "transparent P")


def in_mode(width_px: int, height_px: int, mode: str, seed: int) -> tuple[Image.Image, str, dict]:
    """A picture of noise, the format for its mode and what to save it with."""
    picture = noise(width_px, height_px, seed)
    if mode == "I;16":
        gray = picture.convert("L")
        pairs = b"".join(bytes((value, value ^ 0x5A)) for value in gray.tobytes())
        return Image.frombytes("I;16", gray.size, pairs), "PNG", {}
    if mode == "transparent P":
        return picture.convert("P"), "PNG", {"transparency": picture.convert("P").getpixel((0, 0))}
    if mode in ("RGBA", "LA"):
        picture = picture.convert(mode)
        picture.putalpha(noise(width_px, height_px, seed + 1).convert("L"))
        return picture, "PNG", {}
    return picture.convert(mode), "JPEG" if mode == "CMYK" else "PNG", {}


@st.composite
def masks(draw: st.DrawFn) -> Image.Image:
    sides = st.integers(1, 60) | st.integers(61, 400)
    width, height = draw(sides), draw(sides)
    drawn = Image.new("L", (width, height))
    draw_on = ImageDraw.Draw(drawn)
    across, down = st.integers(0, width - 1), st.integers(0, height - 1)
    for _ in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(["box", "ellipse", "line", "point"]))
        x, y = sorted((draw(across), draw(across))), sorted((draw(down), draw(down)))
        if kind == "point":
            draw_on.point((x[0], y[0]), fill=255)
        elif kind == "line":
            draw_on.line((x[0], y[0], x[1], y[1]), fill=255)
        elif kind == "box":
            draw_on.rectangle((x[0], y[0], x[1], y[1]), fill=255)
        else:
            draw_on.ellipse((x[0], y[0], x[1], y[1]), fill=255)
    return drawn


rules = st.sampled_from(
    [
        ANY,
        SizeRule(64, 0, 8),
        SizeRule(64, 128, 64),
        SizeRule(1, 96, 1),
        SizeRule(256, 256, 8, 65536),
    ]
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.data_too_large])
@given(
    marks=masks(),
    mode=st.sampled_from(MODES),
    tuning=st.builds(
        MaskTuning,
        invert=st.booleans(),
        grow_px=st.none() | st.integers(0, 40),
        feather_px=st.none() | st.integers(0, 60),
    ),
    rule=rules,
    match=st.booleans(),
    seed=st.integers(0, 999),
)
def test_no_pixel_outside_the_mask_ever_changes(
    marks: Image.Image, mode: str, tuning: MaskTuning, rule: SizeRule, match: bool, seed: int
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        picture, kind, options = in_mode(*marks.size, mode, seed)
        upload = save(picture, folder / "upload", kind, **options)
        try:
            taken = take_in(upload, save(marks, folder / "marks"), tuning, folder)
        except BadMask:
            return
        assert taken.mask is not None
        assert taken.mask_facts is not None
        fitted = fit(taken.picture, taken.mask, rule, folder / "fp.png", folder / "fm.png")
        with Image.open(folder / "fp.png") as sent:
            vandal = save(ImageOps.invert(sent), folder / "answer")
        feather_px = taken.mask_facts.feather_px
        composed = compose(
            taken.picture, taken.mask, feather_px, vandal, fitted, match, folder / "result-1"
        )
        original, result = read_stored(taken.picture), read_stored(composed.path)
        assert (composed.width_px, composed.height_px) == original.size == result.size
        with Image.open(taken.mask) as mask_image:
            touched = ImageChops.subtract(changed(original, result), mask_image)
        assert touched.getbbox() is None


def pasted(
    folder: Path,
    picture: Image.Image,
    answer: Image.Image,
    marks: Image.Image | None = None,
    feather_px: int = 0,
    match: bool = False,
    rule: SizeRule = ANY,
    **options: object,
) -> tuple[Image.Image, Composed, Fit]:
    """Compose an answer that shows the whole of what `answer` is of the picture."""
    source = save(picture, folder / "p.png")
    marked = save(marks or mask(*picture.size), folder / "m.png")
    fitted = fit(source, marked, rule, folder / "fp.png", folder / "fm.png")
    part = answer.crop(fitted.crop).resize((fitted.width_px, fitted.height_px))
    sent = save(part, folder / "answer", str(options.pop("kind", "PNG")), **options)
    done = compose(source, marked, feather_px, sent, fitted, match, folder / "out")
    return read_stored(done.path), done, fitted


def test_what_was_painted_lands_where_it_was_painted(tmp_path: Path) -> None:
    picture, answer = photo(400, 300), photo(400, 300)
    ImageDraw.Draw(answer).rectangle((180, 140, 199, 149), fill=(255, 0, 255))
    found, done, _ = pasted(tmp_path, picture, answer)
    assert changed(found, picture).getbbox() == (180, 140, 200, 150)
    assert done.outside_changed == 0


@pytest.mark.parametrize("rule", [SizeRule(64, 128, 8), SizeRule(512, 0, 64), SizeRule(1, 200, 1)])
def test_resizing_forth_and_back_keeps_the_place(rule: SizeRule, tmp_path: Path) -> None:
    picture, answer = Image.new("RGB", (500, 400)), Image.new("RGB", (500, 400))
    answer.paste((255, 255, 255), (200, 160, 300, 240))
    found, _, fitted = pasted(tmp_path, picture, answer, rule=rule)
    box = found.convert("L").point([0] * 128 + [255] * 128).getbbox()
    assert box is not None
    slack = 1 + (fitted.crop[2] - fitted.crop[0]) / fitted.width_px
    assert all(abs(a - b) <= slack for a, b in zip(box, (200, 160, 300, 240), strict=True))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF"])
def test_an_answer_may_come_in_any_format(kind: str, tmp_path: Path) -> None:
    picture, answer = photo(), photo(seed=2)
    found, done, _ = pasted(tmp_path, picture, answer, kind=kind)
    assert changed(found, picture).getbbox() is not None
    assert done.outside_changed > 0.5


@pytest.mark.parametrize("scale", [0.5, 2])
def test_an_answer_may_come_in_another_size(scale: float, tmp_path: Path) -> None:
    picture, answer = photo(400, 300), photo(400, 300, 2)
    source, marked = save(picture, tmp_path / "p.png"), save(mask(400, 300), tmp_path / "m.png")
    fitted = fit(source, marked, ANY, tmp_path / "fp.png", tmp_path / "fm.png")
    size = round(fitted.width_px * scale), round(fitted.height_px * scale)
    sent = save(answer.crop(fitted.crop).resize(size), tmp_path / "a.png")
    done = compose(source, marked, 0, sent, fitted, False, tmp_path / "out")
    box = (140, 110, 260, 190)
    assert_similar(read_stored(done.path).crop(box), answer.crop(box), 6)


def test_an_answer_of_another_shape_is_refused(tmp_path: Path) -> None:
    source, marked = save(photo(), tmp_path / "p.png"), save(mask(), tmp_path / "m.png")
    fitted = fit(source, marked, ANY, tmp_path / "fp.png", tmp_path / "fm.png")
    sent = save(photo(300, 100), tmp_path / "a.png")
    with pytest.raises(BadAnswer):
        compose(source, marked, 0, sent, fitted, False, tmp_path / "out")


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_blank_answer_is_seen(kind: str, tmp_path: Path) -> None:
    for color in ("black", "white", (90, 12, 200)):
        assert is_blank(save(Image.new("RGB", (64, 48), color), tmp_path / "blank", kind))
    spotted = Image.new("RGB", (64, 48))
    spotted.paste((40, 40, 40), (30, 20, 40, 30))
    for picture in (spotted, photo(64, 48)):
        assert not is_blank(save(picture, tmp_path / "picture", kind))


def test_an_unreadable_answer_is_lost(tmp_path: Path) -> None:
    source, marked = save(photo(), tmp_path / "p.png"), save(mask(), tmp_path / "m.png")
    fitted = fit(source, marked, ANY, tmp_path / "fp.png", tmp_path / "fm.png")
    (tmp_path / "a").write_bytes(b"<html>busy</html>")
    with pytest.raises(PictureLost):
        compose(source, marked, 0, tmp_path / "a", fitted, False, tmp_path / "out")


def test_a_shifted_tone_is_matched(tmp_path: Path) -> None:
    picture = photo(400, 300)
    shifted = ImageEnhance.Brightness(picture).enhance(1.08)
    plain, _, _ = pasted(tmp_path, picture, shifted)
    matched, _, _ = pasted(tmp_path, picture, shifted, match=True)
    box = (140, 110, 260, 190)
    assert _difference(matched, picture, box) < 0.3 * _difference(plain, picture, box)


def _difference(a: Image.Image, b: Image.Image, box: tuple[int, int, int, int]) -> float:
    histogram = ImageChops.difference(a.crop(box), b.crop(box)).histogram()
    return sum(count * (i % 256) for i, count in enumerate(histogram))


def test_a_wholly_other_scene_is_not_toned(tmp_path: Path) -> None:
    picture, answer = Image.new("RGB", (300, 200), "black"), Image.new("RGB", (300, 200), "white")
    found, _, _ = pasted(tmp_path, picture, answer, match=True)
    assert found.getpixel((150, 100)) == (255, 255, 255)


def test_the_feather_lies_inside(tmp_path: Path) -> None:
    picture, answer = Image.new("RGB", (300, 200)), Image.new("RGB", (300, 200), "white")
    found, _, _ = pasted(tmp_path, picture, answer, feather_px=10)
    edge = [found.getpixel((x, 100)) for x in (99, 104, 115)]
    assert edge[0] == (0, 0, 0)
    assert (0, 0, 0) < edge[1] < (255, 255, 255)  # pyright: ignore[reportOperatorIssue]
    assert edge[2] == (255, 255, 255)


def test_what_was_transparent_is_filled_and_opaque(tmp_path: Path) -> None:
    picture = alpha(300, 200)
    found, _, _ = pasted(tmp_path, picture, photo(300, 200, 2), mask(300, 200, (90, 60, 210, 140)))
    assert found.mode == "RGB"
    assert_similar(found.crop((100, 70, 200, 130)), photo(300, 200, 2).crop((100, 70, 200, 130)), 1)


def test_transparency_elsewhere_stays(tmp_path: Path) -> None:
    picture = alpha(300, 200, (0, 0, 50, 200))
    found, _, _ = pasted(tmp_path, picture, photo(300, 200, 2))
    assert found.mode == "RGBA"
    assert found.getchannel("A").crop((0, 0, 50, 200)).getextrema() == (0, 0)


def test_jpeg_noise_is_no_change_outside(tmp_path: Path) -> None:
    _, done, _ = pasted(tmp_path, photo(400, 300), photo(400, 300), kind="JPEG", quality=90)
    assert done.outside_changed < 0.005
