"""What a file is by its first bytes, so that a refusal can name it. Opens nothing."""

TAKEN = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a")
CONVERT = "Save it as PNG or JPEG and send that."
SCREENSHOT = "Save it as JPEG or take a screenshot, and send that."
VIDEO = "Take a screenshot of the moment you mean, and send that."

AVIF_BRANDS = frozenset({b"avif", b"avis"})
HEIF_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})

FOREIGN = (
    (b"II*\x00", "TIFF", CONVERT),
    (b"MM\x00*", "TIFF", CONVERT),
    (b"BM", "BMP", CONVERT),
    (b"8BPS", "Photoshop", CONVERT),
    (b"%PDF", "PDF", SCREENSHOT),
    (b"<svg", "SVG", CONVERT),
    (b"<?xml", "SVG or XML", CONVERT),
    (b"\xff\x0a", "JPEG XL", CONVERT),
    (b"\x00\x00\x00\x0cJXL ", "JPEG XL", CONVERT),
    (b"\x00\x00\x00\x0cjP  ", "JPEG 2000", CONVERT),
    (b"\x1aE\xdf\xa3", "video", VIDEO),
    (b"PK\x03\x04", "ZIP", "Unpack it and send the picture itself."),
)


def is_taken(head: bytes) -> bool:
    """The bytes begin like a JPEG, PNG, GIF or WebP."""
    return head.startswith(TAKEN) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def name_foreign(head: bytes) -> tuple[str, str] | None:
    """The name of a known kind that is not taken, and what to do about it."""
    if head[4:8] == b"ftyp":
        return _name_boxed(head)
    for start, name, advice in FOREIGN:
        if head.startswith(start):
            return name, advice
    return None


def _name_boxed(head: bytes) -> tuple[str, str]:
    length = min(int.from_bytes(head[:4], "big"), len(head))
    brands = {head[8:12]} | {head[at : at + 4] for at in range(16, length, 4)}
    if brands & AVIF_BRANDS:
        return "AVIF", SCREENSHOT
    if brands & HEIF_BRANDS:
        return "HEIC", SCREENSHOT
    return "video", VIDEO
