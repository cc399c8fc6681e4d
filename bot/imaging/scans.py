"""How often a JPEG's decoder has to go over all pixels; opens nothing."""

from bot.imaging.strip import NEXT_MARKER, SOS

# Encoders make about ten; each further one costs a pass over the whole picture and twenty bytes.
SCANS_MAX = 100
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})
_END = 0xD9


def has_too_many_scans(data: bytes) -> bool:
    """Whether it is a JPEG of more scans than any encoder makes."""
    if data[:3] != b"\xff\xd8\xff":
        return False
    at, scans = 2, 0
    while scans <= SCANS_MAX and (found := NEXT_MARKER.search(data, at)):
        marker, at = data[found.end() - 1], found.end()
        if marker == _END:
            break
        scans += marker == SOS
        if marker not in _ALONE:
            at += max(2, int.from_bytes(data[at : at + 2], "big"))
    return scans > SCANS_MAX
