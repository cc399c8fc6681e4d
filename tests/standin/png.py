"""A real PNG of one color from the standard library alone, so that the process starts fast."""

import struct
import zlib
from collections.abc import Sequence

SIGNATURE = b"\x89PNG\r\n\x1a\n"


def png(width_px: int, height_px: int, rgb: tuple[int, int, int]) -> bytes:
    """Return a PNG file of one color."""
    return packed(width_px, height_px, [bytes(rgb) * width_px] * height_px)


def packed(width_px: int, height_px: int, rows: Sequence[bytes]) -> bytes:
    """Return a PNG file of rows: 8 bits of gray, or of red, green and blue, for each pixel."""
    color_type = 2 if len(rows[0]) == 3 * width_px else 0
    head = struct.pack(">IIBBBBB", width_px, height_px, 8, color_type, 0, 0, 0)
    body = zlib.compress(b"".join(b"\0" + row for row in rows))
    chunks = ((b"IHDR", head), (b"IDAT", body), (b"IEND", b""))
    return SIGNATURE + b"".join(_chunk(kind, body) for kind, body in chunks)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
