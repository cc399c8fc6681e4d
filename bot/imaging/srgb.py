"""Any mode that a file may decode to, made 8-bit sRGB without losing what it shows."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageCms

DEEP_MODES = ("I", "F")


def to_srgb(image: Image.Image, *, gray_stays: bool = False) -> Image.Image:
    """RGB when every pixel is opaque, else RGBA; carries no metadata and may share its pixels.

    With `gray_stays` a plain gray picture is L.
    """
    if gray_stays and image.mode == "L" and not image.has_transparency_data:
        return _bare(image)
    image = _to_eight_bits(image)
    alpha = _alpha_of(image)
    color = _through_profile(_without_alpha(image), image.info.get("icc_profile"))
    if alpha is not None:
        color.putalpha(alpha)
    color.info = {}
    return color


def is_deep(mode: str) -> bool:
    """The mode holds more than 8 bits a channel."""
    return mode.startswith(DEEP_MODES)


def _to_eight_bits(image: Image.Image) -> Image.Image:
    # convert() alone clips 16-bit gray to 255, which turns it white.
    if not is_deep(image.mode):
        return image
    shallow = image.point(lambda value: value * (1 / 257) + 0.5).convert("L")
    shallow.info = {}
    return shallow


def _alpha_of(image: Image.Image) -> Image.Image | None:
    if not image.has_transparency_data:
        return None
    alpha = image.convert("RGBA").getchannel("A")
    return None if alpha.getextrema() == (255, 255) else alpha


def _without_alpha(image: Image.Image) -> Image.Image:
    if image.mode in ("RGB", "L", "CMYK"):
        return image
    if image.has_transparency_data:
        image = image.convert("RGBA")
    return image.convert("RGB")


def _through_profile(image: Image.Image, profile: bytes | None) -> Image.Image:
    if profile:
        try:
            return _convert_profile(image, profile)
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # A broken profile, or one for another kind of color: the plain numbers it is.
    return _rgb(image)


def _rgb(image: Image.Image) -> Image.Image:
    return _bare(image) if image.mode == "RGB" else image.convert("RGB")


def _bare(image: Image.Image) -> Image.Image:
    """The same pixels, not copied, without the file they came from and its metadata."""
    plain = image._new(image.im)  # pyright: ignore[reportPrivateUsage]
    plain.info = {}
    return plain


def _convert_profile(image: Image.Image, profile: bytes) -> Image.Image:
    source = ImageCms.ImageCmsProfile(BytesIO(profile))
    if ImageCms.getProfileDescription(source).startswith("sRGB"):
        return _rgb(image)
    transform = ImageCms.buildTransform(
        source,
        _srgb(),
        image.mode,
        "RGB",
        renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    return transform.apply(image)


@cache
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))  # pyright: ignore[reportUnknownMemberType, reportUnknownArgumentType]
