"""Files that are two things at once, or not what their name says."""

import io
import zipfile
from collections.abc import Mapping

from tests.assets import encoded, photo
from tests.fuzz import raw
from tests.fuzz.sound import SIZE, plain

SCRIPT = b"=1;alert(document.cookie)//"
PAGE = b"<html><script>alert(1)</script></html>"
PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"


def polyglots() -> Mapping[str, bytes]:
    """Name -> file."""
    seen = photo(*SIZE)
    jpeg, gif, webp = (encoded(seen, kind) for kind in ("JPEG", "GIF", "WEBP"))
    return {
        "png and zip": plain() + _archive(),
        "zip and png": _archive() + plain(),
        "png with php": raw.behind_header(
            plain(), [raw.chunk(b"tEXt", b"a\0<?php system($_GET);")]
        ),
        "gif and script": b"GIF89a" + SCRIPT.ljust(7)[:7] + gif[13:] + SCRIPT,
        "gif and script in a comment": gif[:-1] + b"!\xfe\x1b" + SCRIPT + b"\0;",
        "jpeg and page": raw.behind_start(jpeg, [raw.segment(0xFE, PAGE)]),
        "jpeg and page behind": jpeg + PAGE,
        "page and jpeg": PAGE + jpeg,
        "pdf": PDF,
        "pdf and jpeg": PDF + jpeg,
        "jpeg and pdf": raw.behind_start(jpeg, [raw.segment(0xFE, PDF)]),
        "png and jpeg": plain() + jpeg,
        "jpeg and png": jpeg + plain(),
        "png's first bytes, then a jpeg": plain()[:8] + jpeg,
        "jpeg's first bytes, then a png": jpeg[:3] + plain(),
        "gif's first bytes, then a webp": gif[:6] + webp,
        "riff that is a wave": raw.riff(raw.riff_chunk(b"fmt ", b"\0" * 16), kind=b"WAVE"),
        "riff in riff": raw.riff(webp),
        "svg": SVG,
        "svg behind white space": b" \n\t" * 1000 + SVG,
        "page": PAGE,
        "script": SCRIPT,
        "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        "tiff": encoded(seen, "TIFF"),
        "bmp": encoded(seen, "BMP"),
        "avif": encoded(seen, "AVIF"),
        "jpeg 2000": encoded(seen, "JPEG2000"),
        "targa": encoded(seen, "TGA"),
        "windows icon": encoded(seen, "ICO"),
        "portable map": encoded(seen, "PPM"),
        "floats in tiff": encoded(seen.convert("F"), "TIFF"),
        "nothing": b"",
        "one byte": b"\xff",
        "zeros": b"\0" * 100_000,
        "spaces": b" " * 1_000_000,
        "a shell": b"\x7fELF" + b"\0" * 300,
    }


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("../../etc/passwd", "root")
    return buffer.getvalue()
