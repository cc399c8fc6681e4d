from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from bot.errors import BadPicture, PictureLost
from bot.imaging.codec import decode
from bot.imaging.store import FIRST_FRAME, read_stored, save_lossless, store
from bot.imaging.strip import strip
from tests.assets import alpha, assert_same, assert_similar, encoded, noise, photo, save

LIMIT = 40_000_000
SECRET = b"somewhere-secret"


def telling_exif(orientation: int = 1) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = SECRET.decode()
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    exif.get_ifd(0x8825)[0x1D] = SECRET.decode()
    return exif


def telling_jpeg(orientation: int, **options: object) -> bytes:
    data = encoded(
        photo(90, 60),
        "JPEG",
        exif=telling_exif(orientation),
        comment=SECRET,
        xmp=b"<x:xmpmeta>" + SECRET,
        **options,
    )
    return data + SECRET  # a phone's appended film


def telling_png() -> bytes:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", SECRET.decode())
    info.add_text("Zipped", SECRET.decode() * 9, zip=True)
    return encoded(alpha(90, 60), "PNG", exif=telling_exif(), pnginfo=info) + SECRET


def telling_webp(lossless: bool) -> bytes:
    return encoded(
        alpha(90, 60),
        "WEBP",
        lossless=lossless,
        exact=True,
        exif=telling_exif(),
        xmp=b"<x:xmpmeta>" + SECRET,
    )


TELLING = {
    "jpeg": telling_jpeg(1),
    "jpeg progressive": telling_jpeg(1, progressive=True),
    "jpeg restart markers": telling_jpeg(1, restart_marker_blocks=2),
    "png": telling_png(),
    "webp": telling_webp(lossless=False),
    "webp lossless": telling_webp(lossless=True),
} | {f"jpeg turned {n}": telling_jpeg(n) for n in range(2, 9)}


@pytest.mark.parametrize("name", TELLING)
def test_metadata_goes_and_pixels_stay(name: str, tmp_path: Path) -> None:
    data = TELLING[name]
    assert SECRET in data
    (tmp_path / "upload").write_bytes(data)
    path, image, _ = store(tmp_path / "upload", tmp_path, LIMIT)
    kept = path.read_bytes()
    assert SECRET not in kept
    assert len(kept) < len(data)
    assert_same(read_stored(path), decode(data, LIMIT))
    assert_same(image, read_stored(path))
    with Image.open(path) as stored:
        assert set(stored.getexif()) <= {0x0112}
        assert not stored.getexif().get_ifd(0x8825)


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_turned_png_or_webp_is_stored_upright(kind: str, tmp_path: Path) -> None:
    upload = save(photo(90, 60), tmp_path / "upload", kind, exif=telling_exif(6), lossless=True)
    path, _, facts = store(upload, tmp_path, LIMIT)
    assert SECRET not in path.read_bytes()
    assert (facts.width_px, facts.height_px) == (60, 90)
    assert_same(read_stored(path), decode(upload.read_bytes(), LIMIT))


def test_the_color_profile_stays(tmp_path: Path) -> None:
    profile = b"anything" * 10
    upload = save(photo(9, 9), tmp_path / "upload", "JPEG", icc_profile=profile)
    path, _, _ = store(upload, tmp_path, LIMIT)
    with Image.open(path) as stored:
        assert stored.info["icc_profile"] == profile


@pytest.mark.parametrize(
    ("mode", "kind"), [("CMYK", "JPEG"), ("I;16", "PNG"), ("P", "GIF"), ("L", "GIF")]
)
def test_odd_modes_are_stored_as_plain_pixels(mode: str, kind: str, tmp_path: Path) -> None:
    source = Image.new("I;16", (30, 20), 9999) if mode == "I;16" else photo(30, 20).convert(mode)
    upload = save(source, tmp_path / "upload", kind)
    path, _, facts = store(upload, tmp_path, LIMIT)
    assert path.read_bytes()[:4] == b"RIFF"
    assert facts.format == kind
    assert_same(read_stored(path), decode(upload.read_bytes(), LIMIT))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_an_animation_is_stored_as_its_first_frame_and_said_so(kind: str, tmp_path: Path) -> None:
    frames = [Image.new("RGB", (20, 10), color) for color in ("red", "lime")]
    upload = save(
        frames[0],
        tmp_path / "upload",
        kind,
        save_all=True,
        append_images=frames[1:],
        duration=50,
    )
    path, _, facts = store(upload, tmp_path, LIMIT)
    assert facts.notes == (FIRST_FRAME,)
    assert_similar(read_stored(path), frames[0], 3)


def test_an_ordinary_picture_has_no_notes(tmp_path: Path) -> None:
    _, _, facts = store(save(photo(9, 9), tmp_path / "upload", "JPEG"), tmp_path, LIMIT)
    assert facts.notes == ()
    assert not facts.has_alpha
    assert (tmp_path / "picture.jpg").exists()


def test_a_phone_jpeg_with_further_pictures_is_no_animation(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    photo(60, 40).save(upload, "MPO", save_all=True, append_images=[photo(60, 40, 2)])
    path, _, facts = store(upload, tmp_path, LIMIT)
    assert facts.notes == ()
    assert facts.format == "JPEG"
    assert path.stat().st_size < upload.stat().st_size
    assert_similar(read_stored(path), photo(60, 40), 6)


@pytest.mark.parametrize("name", TELLING)
def test_a_file_built_unusually_is_left_to_the_decoder(name: str) -> None:
    data = TELLING[name]
    kind = {"j": "JPEG", "p": "PNG", "w": "WEBP"}[name[0]]
    for at in range(0, min(len(data), 2000), 13):
        strip(data[:at], kind, 1)
        strip(data[:at] + b"\xff\xff\xff\xff" + data[at:], kind, 1)


def test_a_bad_upload_leaves_nothing_behind(tmp_path: Path) -> None:
    upload = tmp_path / "upload"
    upload.write_bytes(encoded(noise(99, 99), "JPEG")[:3000])
    with pytest.raises(BadPicture):
        store(upload, tmp_path, LIMIT)
    assert list(tmp_path.iterdir()) == [upload]


@pytest.mark.parametrize("data", [None, b"", b"rubbish", encoded(noise(50, 50), "PNG")[:2000]])
def test_a_stored_picture_that_cannot_be_read_is_lost(data: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "picture"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(PictureLost):
        read_stored(path)


@pytest.mark.parametrize("size", [(1, 1), (3, 16383), (16384, 2)])
def test_lossless_is_lossless(size: tuple[int, int], tmp_path: Path) -> None:
    source = noise(*size).convert("RGBA")
    source.putalpha(Image.linear_gradient("L").resize(size))
    path = save_lossless(source, tmp_path / "out")
    assert path.suffix == (".png" if max(size) > 16383 else ".webp")
    assert_same(read_stored(path), source)
