"""Metadata removed from a file without touching its compressed pixels.

Each function gives None for a file that is built in an unusual way; the caller then stores the
pixels anew. What follows the picture's end (appended videos, further pictures) is dropped.
"""

import re
import struct

SOI, EOI = b"\xff\xd8", b"\xff\xd9"
SOS, APP0, APP2, APP14, COM = 0xDA, 0xE0, 0xE2, 0xEE, 0xFE
# Begins with one plain byte, so that the search can skip to it; fill bytes before it stay.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = frozenset(
    {b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"cICP"}
)
WEBP_KEPT = frozenset({b"VP8X", b"ICCP", b"ALPH", b"VP8 ", b"VP8L"})
WEBP_EXIF_AND_XMP = 0x08 | 0x04


def strip(data: bytes, kind: str, orientation: int) -> bytes | None:
    """The same picture without metadata; None for a turned one that is no JPEG."""
    if kind == "JPEG":
        return strip_jpeg(data, orientation)
    if orientation != 1:
        return None
    if kind == "PNG":
        return strip_png(data)
    return strip_webp(data) if kind == "WEBP" else None


def strip_jpeg(data: bytes, orientation: int = 1) -> bytes | None:
    """Keep what decoding needs: JFIF, Adobe's color marker, the ICC profile, the orientation."""
    parts = [SOI] if orientation == 1 else [SOI, _orientation_segment(orientation)]
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            return None
        parts.append(_kept_segment(marker, data[at:end]))
        at = end
        if marker == SOS:
            found = NEXT_MARKER.search(data, at)
            if not found:
                return None
            parts.append(data[at : found.start()])
            at = found.end() - 2
        if data[at : at + 2] == EOI:
            return b"".join([*parts, EOI])
    return None


def _kept_segment(marker: int, segment: bytes) -> bytes:
    body = segment[4:]
    if marker == APP0:
        # Without the thumbnail that may follow.
        return (
            b"\xff\xe0\x00\x10" + body[:12] + b"\x00\x00"
            if body.startswith(b"JFIF\x00") and len(body) >= 14
            else b""
        )
    if marker == APP2:
        return segment if body.startswith(b"ICC_PROFILE\x00") else b""
    if marker == APP14:
        return segment if body.startswith(b"Adobe") else b""
    return b"" if APP0 <= marker <= 0xEF or marker == COM else segment


def _orientation_segment(orientation: int) -> bytes:
    entry = struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + b"\x00\x00\x00\x00"
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


def strip_png(data: bytes) -> bytes | None:
    """Keep the chunks that pixels and colors need."""
    parts, at = [PNG_SIGNATURE], 8
    while at + 12 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4], "big")
        kind = data[at + 4 : at + 8]
        if end > len(data):
            return None
        if kind in PNG_KEPT:
            parts.append(data[at:end])
        elif kind[:1].isupper():
            return None
        if kind == b"IEND":
            return b"".join(parts)
        at = end
    return None


def strip_webp(data: bytes) -> bytes | None:
    """Keep the chunks of a still picture, and clear the flags of those that went."""
    parts, at = [b"WEBP"], 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        kind = data[at : at + 4]
        if at + 8 + size > len(data):
            return None
        if kind == b"VP8X":
            flags = data[at + 8] & ~WEBP_EXIF_AND_XMP
            parts.append(data[at : at + 8] + bytes([flags]) + data[at + 9 : end])
        elif kind in WEBP_KEPT:
            parts.append(data[at:end])
        at = end
    body = b"".join(parts)
    return b"RIFF" + len(body).to_bytes(4, "little") + body
