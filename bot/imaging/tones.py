"""Whether a picture is black and white as masks are, or has the tones of a photo.

Measured on masks (blurred, antialiased, feathered at half gray, from JPEG) and on photographs and
screenshots: what is nearly black or white alone does not part a widely blurred mask from a
painted-over photo. But a soft mask is colorless, and smooth where it is gray.
"""

from PIL import Image, ImageChops, ImageFilter, ImageStat

from bot.imaging.morphology import threshold

BLACK_BELOW, WHITE_FROM = 32, 224
TWO_TONED_FROM = 0.95
SOFT_FROM = 0.4
GRAIN_MAX = 2.0
COLOR_FROM = 40
COLORED_MAX = 0.01
LOOKED_AT_PX = 1024


def mask_tones(sheet: Image.Image, solid: Image.Image | None = None) -> float | None:
    """The part (0..1) that is nearly black or white where that is too little for a mask, else None.

    Only pixels count where `solid`, a mask, is white.
    """
    if sheet.mode == "L":
        darkest, lightest = sheet, sheet
    else:
        bands = sheet.convert("RGB").split()
        darkest = ImageChops.darker(ImageChops.darker(bands[0], bands[1]), bands[2])
        lightest = ImageChops.lighter(ImageChops.lighter(bands[0], bands[1]), bands[2])
    dark = darkest.histogram(solid)
    light = dark if lightest is darkest else lightest.histogram(solid)
    total = max(1, sum(dark))
    part = (sum(dark[WHITE_FROM:]) + sum(light[:BLACK_BELOW])) / total
    if part >= TWO_TONED_FROM:
        return None
    colored = _colored(darkest, lightest, solid) / total
    if part >= SOFT_FROM and colored <= COLORED_MAX and _grain(sheet, solid) <= GRAIN_MAX:
        return None
    return part


def _colored(darkest: Image.Image, lightest: Image.Image, solid: Image.Image | None) -> int:
    """How many pixels have a color."""
    if lightest is darkest:
        return 0
    return sum(ImageChops.difference(lightest, darkest).histogram(solid)[COLOR_FROM:])


def _grain(sheet: Image.Image, solid: Image.Image | None) -> float:
    """How much the gray pixels stand out from their neighbors, of 255; steps count for nothing."""
    light = sheet.convert("L")
    factor = max(1, -(-max(light.size) // LOOKED_AT_PX))
    light = light.reduce(factor)
    gray = ImageChops.subtract(threshold(light, BLACK_BELOW), threshold(light, WHITE_FROM))
    if solid is not None:
        gray = ImageChops.multiply(gray, threshold(solid.reduce(factor), 255))
    if gray.getbbox() is None:
        return 0.0
    smooth = light.filter(ImageFilter.MedianFilter(5))
    return ImageStat.Stat(ImageChops.difference(light, smooth), gray).mean[0]
