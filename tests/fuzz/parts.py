"""A file taken apart at its container's joints, and put together again with sound checksums."""

import struct
import zlib
from collections.abc import Callable

from tests.fuzz.raw import SIGNATURE

START_OF_SCAN = 0xDA


def split(data: bytes) -> list[bytes]:
    """The parts, first the signature; joined they are the file again."""
    if data.startswith(SIGNATURE):
        return _split(data, 8, _png_length)
    if data.startswith(b"\xff\xd8"):
        return _split(data, 2, _jpeg_length)
    if data.startswith(b"RIFF"):
        return _split(data, 12, _riff_length)
    return [data[at : at + 64] for at in range(0, max(1, len(data)), 64)]


def mended(parts: list[bytes]) -> bytes:
    """Joined, with the lengths and checksums that would otherwise stop a reader at once."""
    if parts[0].startswith(SIGNATURE):
        return parts[0] + b"".join(map(_png_mended, parts[1:]))
    if parts[0].startswith(b"RIFF"):
        body = b"".join(parts)[8:]
        return b"RIFF" + struct.pack("<I", len(body)) + body
    return b"".join(parts)


def _split(data: bytes, at: int, length: Callable[[bytes, int], int]) -> list[bytes]:
    parts = [data[:at]]
    while at < len(data):
        end = min(len(data), at + max(1, length(data, at)))
        parts.append(data[at:end])
        at = end
    return parts


def _png_length(data: bytes, at: int) -> int:
    return 12 + int.from_bytes(data[at : at + 4], "big")


def _riff_length(data: bytes, at: int) -> int:
    size = int.from_bytes(data[at + 4 : at + 8], "little")
    return 8 + size + size % 2


def _jpeg_length(data: bytes, at: int) -> int:
    if data[at + 1 : at + 2] == bytes([START_OF_SCAN]):
        return len(data) - at
    return 2 + int.from_bytes(data[at + 2 : at + 4], "big")


def _png_mended(part: bytes) -> bytes:
    if len(part) < 12:
        return part
    kind, body = part[4:8], part[8:-4]
    check = struct.pack(">I", zlib.crc32(kind + body))
    return struct.pack(">I", len(body)) + kind + body + check
