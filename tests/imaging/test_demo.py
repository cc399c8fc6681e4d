"""The picture that `edit --demo` brings along."""

from pathlib import Path

from PIL import Image, ImageChops

from bot.imaging.demo import BALLOON, BASKET, SIZE_PX, draw_demo


def test_the_demo_is_the_same_every_time(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = draw_demo(tmp_path / "a"), draw_demo(tmp_path / "b")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_mask_fits_and_covers_what_is_to_go(tmp_path: Path) -> None:
    picture, mask = draw_demo(tmp_path)
    with Image.open(picture) as photo, Image.open(mask) as marks:
        assert (photo.size, photo.mode) == (SIZE_PX, "RGB")
        assert (marks.size, marks.mode) == (SIZE_PX, "L")
        for left, top, right, bottom in (BALLOON, BASKET):
            middle = ((left + right) // 2, (top + bottom) // 2)
            assert marks.getpixel(middle) == 255
            assert marks.getpixel((left, middle[1])) == marks.getpixel((right, middle[1])) == 255
        assert 0.03 < sum(marks.histogram()[128:]) / (SIZE_PX[0] * SIZE_PX[1]) < 0.15
        # A balloon, not a drawing of nothing: the middle differs from the sky beside it.
        sky = photo.crop((0, BALLOON[1], 100, BALLOON[3])).resize((100, 100))
        balloon = photo.crop((BALLOON[0], BALLOON[1], BALLOON[2], BALLOON[3])).resize((100, 100))
        difference = ImageChops.difference(sky, balloon).convert("L").histogram()
        assert sum(difference[60:]) > 5000
