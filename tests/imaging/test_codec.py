import struct
import zlib

import pytest
from PIL import Image, ImageCms, PngImagePlugin

from bot.errors import BadMask, BadPicture
from bot.imaging.codec import MASK, decode, probe
from tests.assets import assert_same, assert_similar, encoded, gradient, noise, photo

LIMIT = 40_000_000


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width_px: int, height_px: int) -> bytes:
    header = png_chunk(b"IHDR", struct.pack(">IIBBBBB", width_px, height_px, 8, 2, 0, 0, 0))
    data = png_chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + header + data + png_chunk(b"IEND", b"")


def webp_of_size(width_px: int, height_px: int) -> bytes:
    extent = (width_px - 1).to_bytes(3, "little") + (height_px - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + extent
    return b"RIFF" + struct.pack("<I", len(body)) + body


def png_with_text_bomb() -> bytes:
    text = png_chunk(b"zTXt", b"note\0\0" + zlib.compress(b"A" * 50_000_000))
    plain = encoded(photo(8, 8), "PNG")
    return plain[:33] + text + plain[33:]


def boxed(*brands: bytes) -> bytes:
    body = b"ftyp" + brands[0] + b"\0\0\0\0" + b"".join(brands)
    return struct.pack(">I", len(body) + 4) + body + b"\0" * 200


JPEG = encoded(noise(200, 200), "JPEG")
PNG = encoded(noise(200, 200), "PNG")
WEBP = encoded(noise(200, 200), "WEBP")
GIF = encoded(photo(200, 200), "GIF")

REFUSED = {
    "empty": (b"", "empty"),
    "text": (b"hello, this is not a picture", "not an image"),
    "heic": (boxed(b"heic", b"mif1"), "HEIC file, which I cannot read. Save it as JPEG or take"),
    "heic by mif1": (boxed(b"mif1", b"heic"), "HEIC"),
    "avif": (boxed(b"avif", b"mif1"), "That is an AVIF file"),
    "avif by mif1": (boxed(b"mif1", b"avif"), "AVIF"),
    "real avif": (encoded(photo(16, 16), "AVIF"), "AVIF"),
    "video": (boxed(b"isom", b"mp41"), "video"),
    "tiff": (encoded(photo(8, 8), "TIFF"), "TIFF"),
    "bmp": (encoded(photo(8, 8), "BMP"), "BMP"),
    "pdf": (b"%PDF-1.7", "PDF"),
    "svg": (b"  <svg xmlns=", "That is an SVG file"),
    "jpeg cut": (JPEG[: len(JPEG) // 2], "cut off"),
    "png cut": (PNG[: len(PNG) // 2], "cut off"),
    "webp cut": (WEBP[: len(WEBP) // 2], "cut off"),
    "gif cut": (GIF[: len(GIF) // 2], "cut off"),
    "png cut in its header": (PNG[:30], "cut off"),
    "only the magic": (b"\xff\xd8\xff\xe0", "cut off"),
    "gif magic": (b"GIF89a\0\0", "damaged"),
    "too many pixels": (png_of_size(8000, 6000), "has 48.0 megapixels; I take at most 40"),
    "pixel bomb png": (png_of_size(60000, 60000), "3,600.0 megapixels"),
    "pixel bomb webp": (webp_of_size(16000, 16000), "256.0 megapixels"),
    "text bomb": (png_with_text_bomb(), "unpacks to far more"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_gets_its_own_sentence(name: str) -> None:
    data, sentence = REFUSED[name]
    with pytest.raises(BadPicture) as caught:
        decode(data, LIMIT)
    assert sentence in caught.value.sentence
    assert caught.value.sentence.endswith(".")


def test_a_bad_mask_file_is_called_a_mask() -> None:
    with pytest.raises(BadMask) as caught:
        decode(JPEG[:5000], LIMIT, MASK)
    assert "That mask is cut off" in caught.value.sentence


def test_noise_never_raises_anything_else() -> None:
    for data in (JPEG, PNG, WEBP, GIF):
        for at in range(0, min(len(data), 3000), 37):
            broken = data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]
            try:
                decode(broken, LIMIT)
            except BadPicture:
                continue


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation_is_applied(kind: str, orientation: int) -> None:
    upright = gradient(48, 32)
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    lying = upright if back is None else upright.transpose(back)
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(lying, kind, exif=exif, quality=95)
    assert_similar(decode(data, LIMIT), upright)
    assert probe(data, LIMIT).orientation == orientation


def test_sixteen_bit_gray_is_scaled_not_clipped() -> None:
    deep = Image.new("I;16", (8, 8), 128 * 257)
    assert decode(encoded(deep, "PNG"), LIMIT).getpixel((3, 3)) == (128, 128, 128)
    white = Image.new("I;16", (8, 8), 65535)
    assert decode(encoded(white, "PNG"), LIMIT).getpixel((3, 3)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB"])
def test_opaque_modes_become_rgb(mode: str) -> None:
    source = photo(40, 30).convert(mode)
    found = decode(encoded(source, "PNG"), LIMIT)
    assert found.mode == "RGB"
    assert_same(found, source.convert("RGB"))


@pytest.mark.parametrize("mode", ["LA", "RGBA"])
def test_alpha_is_kept_with_the_colors_under_it(mode: str) -> None:
    source = photo(40, 30).convert(mode)
    source.putalpha(Image.linear_gradient("L").resize((40, 30)))
    found = decode(encoded(source, "PNG"), LIMIT)
    assert found.mode == "RGBA"
    assert_same(found, source.convert("RGBA"))


@pytest.mark.parametrize("mode", ["P", "L", "RGB"])
def test_one_transparent_color_becomes_alpha(mode: str) -> None:
    source = photo(40, 30).convert(mode)
    key = source.getpixel((0, 0))
    found = decode(encoded(source, "PNG", transparency=key), LIMIT)
    assert found.mode == "RGBA"
    pixel = found.getpixel((0, 0))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


def test_opaque_alpha_is_dropped() -> None:
    assert decode(encoded(photo(8, 8).convert("RGBA"), "PNG"), LIMIT).mode == "RGB"


def test_cmyk_as_adobe_writes_it_keeps_its_colors() -> None:
    source = Image.new("CMYK", (32, 32), (0, 255, 255, 0))
    pixel = decode(encoded(source, "JPEG", quality=95), LIMIT).getpixel((16, 16))
    assert isinstance(pixel, tuple)
    assert pixel[0] > 240
    assert max(pixel[1:]) < 15


def test_an_srgb_profile_changes_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    assert_same(decode(encoded(photo(16, 16), "PNG", icc_profile=srgb), LIMIT), photo(16, 16))


def swapped_profile() -> bytes:
    """The sRGB profile with its red and green primaries swapped, under another name."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = {
        bytes(data[at : at + 4]): at
        for at in range(132, 132 + 12 * int.from_bytes(data[128:132], "big"), 12)
    }
    red, green = tags[b"rXYZ"], tags[b"gXYZ"]
    data[red : red + 4], data[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(data).replace("sRGB".encode("utf-16-be"), "Swap".encode("utf-16-be"))


def test_a_profile_is_converted_to_srgb() -> None:
    data = encoded(Image.new("RGB", (8, 8), (255, 0, 0)), "PNG", icc_profile=swapped_profile())
    red, green, blue = decode(data, LIMIT).getpixel((4, 4))  # pyright: ignore[reportGeneralTypeIssues]
    assert green > 250
    assert max(red, blue) < 5


def test_a_broken_profile_is_ignored() -> None:
    data = encoded(photo(16, 16), "PNG", icc_profile=b"not a profile")
    assert_same(decode(data, LIMIT), photo(16, 16))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_the_first_frame_of_an_animation_is_taken(kind: str) -> None:
    frames = [Image.new("RGB", (20, 10), color) for color in ("red", "lime", "blue")]
    data = encoded(
        frames[0], kind, save_all=True, append_images=frames[1:], duration=50, lossless=True
    )
    assert probe(data, LIMIT).animated
    assert_similar(decode(data, LIMIT), frames[0], 2)


def test_a_long_animation_costs_one_frame() -> None:
    frame = Image.new("L", (90, 90))
    frames = [Image.new("L", (90, 90), i % 256) for i in range(1, 1000)]
    data = encoded(frame, "GIF", save_all=True, append_images=frames)
    assert decode(data, 90 * 90).size == (90, 90)


def test_metadata_does_not_come_along() -> None:
    exif = Image.Exif()
    exif[0x010E] = "secret"
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "secret")
    found = decode(encoded(photo(8, 8), "PNG", exif=exif, pnginfo=info), LIMIT)
    assert found.info == {}
    assert not found.getexif()
