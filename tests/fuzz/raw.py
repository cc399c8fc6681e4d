"""Files written by hand, byte by byte: what no library would write."""

import struct
import zlib
from collections.abc import Iterable

SIGNATURE = b"\x89PNG\r\n\x1a\n"
IEND = struct.pack(">I", 0) + b"IEND" + struct.pack(">I", zlib.crc32(b"IEND"))
ADAM7 = (
    (0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)
)  # fmt: skip


def chunk(kind: bytes, body: bytes = b"", length: int | None = None) -> bytes:
    """A PNG chunk with a sound checksum; `length` is what it says of itself."""
    said = len(body) if length is None else length
    return struct.pack(">I", said) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def header(
    width: int, height: int, depth: int = 8, color: int = 2, compression: int = 0, laced: int = 0
) -> bytes:
    """A PNG's first chunk."""
    fields = (width, height, depth, color, compression, 0, laced)
    return chunk(b"IHDR", struct.pack(">IIBBBBB", *fields))


def png(head: bytes, *chunks: bytes) -> bytes:
    """The chunks as a file; the end is added."""
    return SIGNATURE + head + b"".join(chunks) + IEND


def zeros(count: int) -> bytes:
    """A deflated run of zeros, made without ever holding it."""
    packer, block = zlib.compressobj(9), b"\0" * (1 << 20)
    parts = [packer.compress(block) for _ in range(count >> 20)]
    return b"".join([*parts, packer.compress(b"\0" * (count & 0xFFFFF)), packer.flush()])


def rows(width: int, height: int, bytes_per_px: int = 3) -> bytes:
    """The packed pixels of a black PNG."""
    return zeros(height * (1 + width * bytes_per_px))


def laced(width: int, height: int) -> bytes:
    """A gray picture in seven passes."""
    passes = []
    for left, top, across, down in ADAM7:
        columns = len(range(left, width, across))
        for row in range(top, height, down):
            passes += [b"\0" + bytes((row * 7 + n) % 256 for n in range(columns))] * bool(columns)
    pixels = chunk(b"IDAT", zlib.compress(b"".join(passes)))
    return png(header(width, height, 8, 0, laced=1), pixels)


def deep(width: int, height: int, color: int) -> bytes:
    """A PNG of 16 bits a channel."""
    channels = {0: 1, 2: 3, 4: 2, 6: 4}[color]
    line = b"\0" + bytes(n % 256 for n in range(width * channels * 2))
    return png(header(width, height, 16, color), chunk(b"IDAT", zlib.compress(line * height)))


def riff(*chunks: bytes, kind: bytes = b"WEBP") -> bytes:
    """A RIFF file."""
    body = kind + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def riff_chunk(kind: bytes, body: bytes) -> bytes:
    """One of its chunks, padded to an even length."""
    return kind + struct.pack("<I", len(body)) + body + b"\0" * (len(body) % 2)


def extended(width: int, height: int, flags: int = 0) -> bytes:
    """The first chunk of an extended WebP."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return riff_chunk(b"VP8X", bytes([flags, 0, 0, 0]) + sides)


def segment(marker: int, body: bytes) -> bytes:
    """A JPEG segment."""
    return bytes([0xFF, marker]) + struct.pack(">H", len(body) + 2) + body


def behind_start(data: bytes, extra: Iterable[bytes]) -> bytes:
    """A JPEG with segments put in behind its first two bytes."""
    return data[:2] + b"".join(extra) + data[2:]


def behind_header(data: bytes, extra: Iterable[bytes]) -> bytes:
    """A PNG with chunks put in behind its header."""
    return data[:33] + b"".join(extra) + data[33:]


def gif(width: int, height: int, *blocks: bytes, colors: int = 2) -> bytes:
    """A GIF with a small palette."""
    table = bytes(n * 40 % 256 for n in range(3 * colors))
    size = struct.pack("<HHBBB", width, height, 0x80 | (colors.bit_length() - 2), 0, 0)
    return b"GIF89a" + size + table + b"".join(blocks) + b";"


def gif_frame(width: int, height: int, left: int = 0, top: int = 0, code: int = 2) -> bytes:
    """A frame with nearly no data."""
    place = struct.pack("<HHHHB", left, top, width, height, 0)
    return b"!\xf9\x04\x00\x01\x00\x00\x00," + place + bytes([code, 2, 0x4C, 0x01, 0])
