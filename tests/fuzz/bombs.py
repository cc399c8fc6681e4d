"""Files that are small and ask for much: pixels, frames, chunks, profiles, metadata."""

import struct
import zlib
from collections.abc import Callable, Mapping
from random import Random

from PIL import Image

from tests.assets import encoded, mask, photo
from tests.fuzz import raw
from tests.fuzz.raw import chunk, header
from tests.fuzz.sound import SIZE, exif, plain, profile

MIB = 1024 * 1024
ICC = b"ICC_PROFILE\0"


def _pixels() -> dict[str, Callable[[], bytes]]:
    small = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    side = 0x7FFFFFFF
    return {
        "png of 3.6 gigapixels": lambda: raw.png(header(60000, 60000), small),
        "png as large as a header can say": lambda: raw.png(header(side, side), small),
        "png just under the limit": lambda: raw.png(
            header(8000, 4999), chunk(b"IDAT", raw.rows(8000, 4999))
        ),
        "png just under the limit, 16 bits and alpha": lambda: raw.png(
            header(8000, 4999, 16, 6), chunk(b"IDAT", raw.rows(8000, 4999, 8))
        ),
        "png of one bit just under the limit": lambda: encoded(Image.new("1", (8000, 4999)), "PNG"),
        "png over the limit by one row": lambda: raw.png(header(8000, 5001), small),
        "png of more data than pixels": lambda: raw.png(
            header(16, 16), chunk(b"IDAT", raw.zeros(200 * MIB))
        ),
        "webp of 256 megapixels": lambda: raw.riff(raw.extended(16000, 16000)),
        "webp just under the limit": lambda: encoded(
            Image.new("RGB", (8000, 4999)), "WEBP", lossless=True, quality=0, method=0
        ),
        "webp with a small frame in a large canvas": lambda: raw.riff(
            raw.extended(6000, 6000), encoded(photo(16, 16), "WEBP")[12:]
        ),
        "jpeg of 4 gigapixels": lambda: _jpeg_of(65500, 65500),
        "jpeg just under the limit": lambda: encoded(Image.new("RGB", (8000, 4999)), "JPEG"),
        "jpeg of CMYK just under the limit": lambda: encoded(
            Image.new("CMYK", (8000, 4999)), "JPEG", quality=10
        ),
        "gif of 4 gigapixels": lambda: raw.gif(65535, 65535, raw.gif_frame(65535, 65535)),
        "gif with a small frame in a large canvas": lambda: raw.gif(
            6000, 6000, raw.gif_frame(2, 2)
        ),
        "gif with a frame beyond its canvas": lambda: raw.gif(
            16, 16, raw.gif_frame(65535, 65535, 65535, 65535)
        ),
    }


def _shapes() -> dict[str, Callable[[], bytes]]:
    def flat(width: int, height: int) -> Callable[[], bytes]:
        return lambda: raw.png(header(width, height), chunk(b"IDAT", raw.rows(width, height)))

    return {
        "png 1 px": flat(1, 1),
        "png 2 px": flat(2, 1),
        "png of no width": flat(0, 9),
        "png of no height": flat(9, 0),
        "png of no size": flat(0, 0),
        "png 1 × 39,000,000": flat(1, 39_000_000),
        "png 39,000,000 × 1": flat(39_000_000, 1),
        "png 70,000 × 3": flat(70_000, 3),
        "png 3 × 70,000": flat(3, 70_000),
        "png 16,384 × 40": flat(16_384, 40),
        "png 200,000 × 190": flat(200_000, 190),
        "jpeg 65,500 × 1": lambda: encoded(Image.new("RGB", (65_500, 1)), "JPEG"),
        "jpeg 1 × 65,500": lambda: encoded(Image.new("RGB", (1, 65_500)), "JPEG"),
        "jpeg of no height": lambda: _jpeg_of(96, 0),
        "webp 16,383 × 1": lambda: encoded(Image.new("RGB", (16_383, 1)), "WEBP"),
        "gif of no size": lambda: raw.gif(0, 0, raw.gif_frame(0, 0)),
        "gif without a frame": lambda: raw.gif(10, 10),
        "gif of 65,535 × 1": lambda: raw.gif(65535, 1, raw.gif_frame(65535, 1)),
        "png laced 1 × 1": lambda: raw.laced(1, 1),
        "png laced 3 × 2,000": lambda: raw.laced(3, 2000),
        "png laced 1,500 × 1,500": lambda: raw.laced(1500, 1500),
        "png of an unknown depth": lambda: raw.png(header(9, 9, 3, 2), chunk(b"IDAT", b"")),
        "png of an unknown compression": lambda: raw.png(
            header(9, 9, compression=7), chunk(b"IDAT", b"")
        ),
        "png without a palette": lambda: raw.png(
            header(9, 9, 8, 3), chunk(b"IDAT", raw.rows(9, 9, 1))
        ),
        "png without pixels": lambda: raw.png(header(9, 9)),
        "png with too few pixels": lambda: raw.png(header(99, 99), chunk(b"IDAT", raw.zeros(50))),
    }


def _frames() -> dict[str, Callable[[], bytes]]:
    frame = raw.gif_frame(8, 8)
    return {
        "gif of 200,000 frames": lambda: raw.gif(8, 8, *[frame] * 200_000),
        "gif of 20,000 large frames": lambda: raw.gif(
            2000, 2000, *[raw.gif_frame(2000, 2000)] * 20_000
        ),
        "gif of 3,000,000 empty extensions": lambda: raw.gif(8, 8, b"!\xfe\0" * 3_000_000, frame),
        "gif with a comment of 20 MiB": lambda: raw.gif(
            8, 8, b"!\xfe" + (b"\xff" + b"a" * 255) * 80_000 + b"\0", frame
        ),
        "webp of 2,000 frames": lambda: _animation("WEBP", 2000),
        "apng of 2,000 frames": lambda: _animation("PNG", 2000),
        "apng that promises 4 billion frames": lambda: raw.behind_header(
            plain(), [chunk(b"acTL", struct.pack(">II", 0xFFFFFFFF, 0))]
        ),
        "mpo of 300 pictures": lambda: encoded(
            photo(16, 16), "MPO", save_all=True, append_images=[photo(16, 16)] * 299
        ),
    }


def _chunks() -> dict[str, Callable[[], bytes]]:
    text, packed = chunk(b"tEXt", b"a\0b"), chunk(b"zTXt", b"a\0\0" + zlib.compress(b"b"))
    wide = chunk(b"iTXt", b"a\0\1\0\0\0" + zlib.compress(b"b"))
    inflating = chunk(b"zTXt", b"note\0\0" + raw.zeros(1000 * MIB))
    some = chunk(b"zTXt", b"note\0\0" + raw.zeros(MIB - 1))
    return {
        "png of 300,000 tEXt": lambda: raw.behind_header(plain(), [text] * 300_000),
        "png of 300,000 zTXt": lambda: raw.behind_header(plain(), [packed] * 300_000),
        "png of 300,000 iTXt": lambda: raw.behind_header(plain(), [wide] * 300_000),
        "png of a million unknown chunks": lambda: raw.behind_header(
            plain(), [chunk(b"aaAa")] * 1_000_000
        ),
        "png of a million empty IDAT": lambda: raw.behind_header(
            plain(), [chunk(b"IDAT")] * 1_000_000
        ),
        "png with a zTXt of 1,000 MiB": lambda: raw.behind_header(plain(), [inflating]),
        "png with 2,000 zTXt of 1 MiB": lambda: raw.behind_header(plain(), [some] * 2000),
        "png with an iTXt of 1,000 MiB": lambda: raw.behind_header(
            plain(), [chunk(b"iTXt", b"a\0\1\0\0\0" + raw.zeros(1000 * MIB))]
        ),
        "png with a chunk that says 4 GiB": lambda: raw.behind_header(
            plain(), [chunk(b"tEXt", b"a\0b", 0xFFFFFFFF)]
        ),
        "png with 10,000 headers": lambda: raw.behind_header(plain(), [header(*SIZE)] * 10_000),
        "png with a second, larger header": lambda: raw.behind_header(
            plain(), [header(60000, 60000)]
        ),
        "jpeg of 300,000 comments": lambda: raw.behind_start(
            _jpeg(), [raw.segment(0xFE, b"a")] * 300_000
        ),
        "jpeg of 300 tables": lambda: raw.behind_start(
            _jpeg(), [raw.segment(0xDB, b"\0" + b"\1" * 64)] * 300
        ),
        "jpeg of a thousand scans": _scans,
        "jpeg of fill bytes": lambda: b"\xff\xd8" + b"\xff" * (8 * MIB) + _jpeg()[2:],
        "webp of 300,000 chunks": lambda: raw.riff(
            raw.extended(*SIZE), raw.riff_chunk(b"JUNK", b"") * 300_000, _webp()[12:]
        ),
    }


def _profiles() -> dict[str, Callable[[], bytes]]:
    def icc(data: bytes) -> bytes:
        return raw.behind_header(plain(), [chunk(b"iCCP", b"icc\0\0" + data)])

    tags = 100_000
    table = struct.pack(">I", tags) + struct.pack(">4sII", b"desc", 132, 4) * tags
    return {
        "png with a profile of 1,000 MiB": lambda: icc(raw.zeros(1000 * MIB)),
        "png with a profile of 60 MiB": lambda: icc(raw.zeros(60 * MIB)),
        "png with a broken profile": lambda: icc(zlib.compress(b"no profile")),
        "png with a profile that is not packed": lambda: icc(b"plain"),
        "png with a profile of 100,000 tags": lambda: icc(zlib.compress(profile()[:128] + table)),
        "png with a cut profile": lambda: icc(zlib.compress(profile()[:300])),
        "png with 50,000 profiles": lambda: raw.behind_header(
            plain(), [chunk(b"iCCP", b"icc\0\0" + zlib.compress(profile()))] * 2000
        ),
        "jpeg with a profile in 255 parts": lambda: _profiled(
            [struct.pack("BB", n, 255) + b"\0" * 60_000 for n in range(1, 256)]
        ),
        "jpeg with profile parts out of order": lambda: _profiled(
            [b"\5\2" + profile()[:100], b"\0\0", b"\1\2"]
        ),
        "gray jpeg with a color profile": lambda: encoded(
            photo(*SIZE).convert("L"), "JPEG", icc_profile=profile()
        ),
        "CMYK jpeg with an RGB profile": lambda: encoded(
            photo(*SIZE).convert("CMYK"), "JPEG", icc_profile=profile()
        ),
        **{f"png with broken profile {n}": _broken_profile(n) for n in range(12)},
    }


def _metadata() -> dict[str, Callable[[], bytes]]:
    seen = photo(*SIZE)
    loop = b"Exif\0\0MM\0*\0\0\0\x08\0\1\x87\x69\0\4\0\0\0\1\0\0\0\x08\0\0\0\x08"
    many = b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + struct.pack(">HHII", 0x0112, 3, 1, 6 << 16) * 65535
    large = b"Exif\0\0MM\0*\0\0\0\x08\0\1" + struct.pack(">HHII", 0x0112, 5, 0xFFFFFFFF, 8)
    xmp = b"http://ns.adobe.com/xap/1.0/\0" + b"<x>" * 20_000
    return {
        "jpeg with exif that leads to itself": lambda: _with_app1(loop),
        "png with exif of 65,535 tags": lambda: _png_exif(many),
        "webp with exif of 65,535 tags": lambda: encoded(seen, "WEBP", exif=many),
        "jpeg with exif of a huge count": lambda: _with_app1(large),
        "jpeg with cut exif": lambda: _with_app1(exif()[:20]),
        "png with exif of 20 MiB": lambda: _png_exif(exif() + b"\0" * (20 * MIB)),
        "webp with xmp of 20 MiB": lambda: encoded(seen, "WEBP", xmp=b"<x>" * (7 * MIB)),
        "jpeg with 500 pieces of xmp": lambda: raw.behind_start(
            _jpeg(), [raw.segment(0xE1, xmp)] * 500
        ),
        "png with xmp that names entities": lambda: raw.behind_header(
            plain(), [chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + _laughs())]
        ),
        **{f"jpeg turned {n}": _turned(n) for n in (0, 2, 5, 8, 9, 65535)},
    }


def bombs() -> Mapping[str, Callable[[], bytes]]:
    """Name -> what makes the file; the large ones take a second or two to make."""
    return {**_pixels(), **_shapes(), **_frames(), **_chunks(), **_profiles(), **_metadata()}


def mask_bombs() -> Mapping[str, Callable[[], bytes]]:
    """The same for mask files."""
    wide = {n: make for n, make in bombs().items() if n.startswith("png ") and "limit" in n}
    return {
        **{f"mask: {name}": make for name, make in wide.items()},
        "mask of a larger picture of one shape": lambda: encoded(mask(7000, 5250), "PNG"),
        "mask all white": lambda: encoded(Image.new("L", SIZE, 255), "PNG"),
        "mask all black": lambda: encoded(Image.new("L", SIZE), "PNG"),
        "mask of noise": lambda: encoded(_noise(*SIZE), "PNG"),
        "mask of fine noise": lambda: encoded(_noise(3840, 2880), "PNG"),
        "mask of one pixel": lambda: encoded(mask(*SIZE, box=(9, 9, 10, 10)), "PNG"),
        "mask all transparent": lambda: encoded(Image.new("RGBA", SIZE), "PNG"),
    }


def _noise(width: int, height: int) -> Image.Image:
    data = Random(3).randbytes(width * height)
    return Image.frombytes("L", (width, height), data).point([0] * 128 + [255] * 128)


def _jpeg() -> bytes:
    return encoded(photo(*SIZE), "JPEG")


def _webp() -> bytes:
    return encoded(photo(*SIZE), "WEBP")


def _jpeg_of(width: int, height: int) -> bytes:
    data = bytearray(_jpeg())
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def _scans() -> bytes:
    """Progressive decoding goes over all pixels for each scan."""
    data = encoded(Image.new("L", (3000, 3000), 9), "JPEG", progressive=True)
    starts = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xda"]
    return data[: starts[-1]] + data[starts[-1] : -2] * 1000 + b"\xff\xd9"


def _animation(kind: str, frames: int) -> bytes:
    made = [Image.new("RGB", (16, 16), (n % 256, n // 256, 0)) for n in range(frames)]
    return encoded(made[0], kind, save_all=True, append_images=made[1:], duration=20)


def _profiled(parts: list[bytes]) -> bytes:
    return raw.behind_start(_jpeg(), [raw.segment(0xE2, ICC + part) for part in parts])


def _broken_profile(n: int) -> Callable[[], bytes]:
    def make() -> bytes:
        dice, data = Random(n), bytearray(profile())
        for _ in range(12):
            data[dice.randrange(len(data))] = dice.randrange(256)
        return encoded(photo(*SIZE), "PNG", icc_profile=bytes(data))

    return make


def _with_app1(body: bytes) -> bytes:
    return raw.behind_start(_jpeg(), [raw.segment(0xE1, body)])


def _png_exif(body: bytes) -> bytes:
    return raw.behind_header(plain(), [chunk(b"eXIf", body.removeprefix(b"Exif\0\0"))])


def _turned(orientation: int) -> Callable[[], bytes]:
    return lambda: encoded(photo(*SIZE), "JPEG", exif=exif(orientation))


def _laughs() -> bytes:
    lines = [f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12)]
    return f'<!DOCTYPE x [<!ENTITY l0 "ha">{"".join(lines)}]><x>&l11;</x>'.encode()
