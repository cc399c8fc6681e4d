"""A patch toned like its surroundings: providers shift the colors of what they return."""

from PIL import Image, ImageChops, ImageStat

from bot.imaging.morphology import grow

RATIO_MIN, RATIO_MAX = 0.9, 1.1
# A larger shift is no tone but another scene.
SHIFT_MAX = 40
PIXELS_MIN = 64


def match_colors(
    patch: Image.Image, original: Image.Image, marks: Image.Image, ring_px: int
) -> Image.Image:
    """Make mean and spread of each channel equal in the ring around the mask; sizes are equal."""
    ring = ImageChops.subtract(grow(marks, ring_px), marks)
    if ring.histogram()[255] < PIXELS_MIN:
        return patch
    ours, theirs = ImageStat.Stat(original, ring), ImageStat.Stat(patch, ring)
    shifts = [a - b for a, b in zip(ours.mean, theirs.mean, strict=True)]
    if max(map(abs, shifts)) > SHIFT_MAX:
        return patch
    tables = [
        _table(ours.mean[band], ours.stddev[band], theirs.mean[band], theirs.stddev[band])
        for band in range(3)
    ]
    return patch.point([value for table in tables for value in table])


def _table(our_mean: float, our_spread: float, their_mean: float, their_spread: float) -> list[int]:
    ratio = our_spread / their_spread if their_spread else 1.0
    ratio = min(max(ratio, RATIO_MIN), RATIO_MAX)
    return [
        min(max(round((value - their_mean) * ratio + our_mean), 0), 255) for value in range(256)
    ]
