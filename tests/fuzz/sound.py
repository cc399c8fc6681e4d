"""Sound files of every accepted format and mode, for others to break."""

from collections.abc import Mapping
from functools import cache

from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

from tests.assets import alpha, encoded, mask, photo
from tests.fuzz import raw

SIZE = (96, 72)


@cache
def pictures() -> Mapping[str, bytes]:
    """Name -> file."""
    return {**_png(), **_jpeg(), **_webp(), **_gif()}


@cache
def masks() -> Mapping[str, bytes]:
    """The same for masks of the plain picture."""
    light, hole = mask(*SIZE), alpha(*SIZE)
    return {
        "mask L png": encoded(light, "PNG"),
        "mask 1 png": encoded(light.convert("1"), "PNG"),
        "mask P png": encoded(light.convert("P"), "PNG"),
        "mask hole png": encoded(hole, "PNG"),
        "mask jpeg": encoded(light, "JPEG"),
        "mask webp": encoded(light.convert("RGB"), "WEBP"),
        "mask hole webp": encoded(hole, "WEBP"),
        "mask gif": encoded(light, "GIF"),
        "mask 16 bit": raw.deep(*SIZE, 0),
    }


@cache
def copies() -> Mapping[str, bytes]:
    """The plain picture, painted over."""
    copy = photo(*SIZE)
    ImageDraw.Draw(copy).ellipse((20, 15, 60, 50), fill=(255, 0, 200))
    kinds = ("PNG", "JPEG", "WEBP", "GIF")
    return {f"painted {kind}": encoded(copy, kind) for kind in kinds}


def plain() -> bytes:
    """The picture that masks and painted copies are for."""
    return encoded(photo(*SIZE), "PNG")


def profile() -> bytes:
    """A color profile that is no sRGB by name."""
    data = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return data.replace("sRGB".encode("utf-16-be"), "Mine".encode("utf-16-be"))


def exif(orientation: int = 6) -> bytes:
    """What a phone writes, roughly."""
    tags = Image.Exif()
    tags[0x0112], tags[0x010F], tags[0x0132] = orientation, "Maker", "2026:01:01 00:00:00"
    tags.get_ifd(0x8825)[2] = (1.0, 2.0, 3.0)
    return tags.tobytes()


def _png() -> dict[str, bytes]:
    seen, info = photo(*SIZE), PngImagePlugin.PngInfo()
    info.add_text("Comment", "a" * 200)
    info.add_text("Packed", "b" * 2000, zip=True)
    info.add_itxt("Wide", "ü" * 200, zip=True)
    modes = {f"png {mode}": encoded(seen.convert(mode), "PNG") for mode in ("RGB", "L", "1", "P")}
    return modes | {
        "png RGBA": encoded(alpha(*SIZE), "PNG"),
        "png LA": encoded(alpha(*SIZE).convert("LA"), "PNG"),
        "png P transparent": encoded(seen.convert("P"), "PNG", transparency=3),
        "png RGB transparent": encoded(seen, "PNG", transparency=(1, 2, 3)),
        "png texts": encoded(seen, "PNG", pnginfo=info, exif=exif(), icc_profile=profile()),
        "png animated": _animated("PNG"),
        "png laced": raw.laced(*SIZE),
        "png deep gray": raw.deep(*SIZE, 0),
        "png deep RGB": raw.deep(*SIZE, 2),
        "png deep gray alpha": raw.deep(*SIZE, 4),
        "png deep RGBA": raw.deep(*SIZE, 6),
    }


def _jpeg() -> dict[str, bytes]:
    seen = photo(*SIZE)
    return {
        "jpeg RGB": encoded(seen, "JPEG"),
        "jpeg L": encoded(seen.convert("L"), "JPEG"),
        "jpeg CMYK": encoded(seen.convert("CMYK"), "JPEG"),
        "jpeg progressive": encoded(seen, "JPEG", progressive=True, subsampling=0),
        "jpeg restarts": encoded(seen, "JPEG", restart_marker_blocks=2),
        "jpeg exif": encoded(seen, "JPEG", exif=exif(), icc_profile=profile(), comment=b"hi"),
        "jpeg several": encoded(seen, "MPO", save_all=True, append_images=[seen]),
    }


def _webp() -> dict[str, bytes]:
    seen = photo(*SIZE)
    return {
        "webp lossy": encoded(seen, "WEBP"),
        "webp lossless": encoded(seen, "WEBP", lossless=True),
        "webp alpha": encoded(alpha(*SIZE), "WEBP"),
        "webp exif": encoded(seen, "WEBP", exif=exif(), icc_profile=profile(), xmp=b"<x/>" * 50),
        "webp animated": _animated("WEBP"),
    }


def _gif() -> dict[str, bytes]:
    seen = photo(*SIZE)
    return {
        "gif": encoded(seen, "GIF"),
        "gif plain rows": encoded(seen, "GIF", interlace=0),
        "gif transparent": encoded(seen.convert("P"), "GIF", transparency=5, comment=b"hi"),
        "gif animated": _animated("GIF"),
    }


def _animated(kind: str) -> bytes:
    frames = [photo(*SIZE, seed=n) for n in range(3)]
    return encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=40)
