"""From painted pixels to what was meant: gaps closed, small holes filled, outlines understood."""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from bot.imaging.labels import Bools, at_border, holes, label
from bot.imaging.morphology import grow, shrink

# Reaches as parts of the longer side.
JOIN, UNSURE_JOIN, THIN = 1 / 400, 1 / 20, 1 / 60
BRIDGES = (1 / 110, 1 / 50, 1 / 25)
SMALL_HOLE, HOLE_OF_MASK = 0.002, 0.05
ENCLOSES, THIN_LEFT, SIDE_MIN = 0.6, 0.3, 0.005


@dataclass(frozen=True, slots=True)
class Shape:
    """What was painted, and what lies within its lines; `outline` says that the lines mean it."""

    painted: Bools
    within: Bools
    outline: bool


def understand(painted: Bools, unsure: Bools) -> Shape:
    """Read painted pixels as a member means them; `unsure` ones go with what is around them."""
    longest = max(painted.shape)
    joined = painted | (_closed(painted, UNSURE_JOIN * longest) & unsure)
    joined |= _closed(joined, JOIN * longest)
    filled = joined | _small_holes(joined)
    filled |= _surrounded(filled, unsure)
    within = _within(filled)
    outline = bool(within.any())
    if not outline:
        within = holes(filled)[0] > 0
    return Shape(filled, within & ~filled, outline)


def _within(mask: Bools) -> Bools:
    """All that a line encloses, if this is one; the picture's edge may close it."""
    longest, area = max(mask.shape), int(mask.sum())
    thin = _is_thin(mask)
    for bridge in BRIDGES if thin else BRIDGES[:1]:
        closed = _closed(mask, bridge * longest)
        inside = holes(closed)[0] > 0
        if inside.sum() > ENCLOSES * area:
            return inside | closed
        if thin and (cut_off := _cut_off(closed)).sum() > ENCLOSES * area:
            return cut_off | inside | closed
    return np.zeros_like(mask)


def _is_thin(mask: Bools) -> bool:
    reach = max(1, round(THIN * max(mask.shape)))
    opened = _array(grow(shrink(_image(mask), reach), reach))
    return bool(opened.sum() < THIN_LEFT * mask.sum())


def _cut_off(closed: Bools) -> Bools:
    """The smaller sides of a line that runs off the picture."""
    labels, areas = label(~closed)
    sides = at_border(labels) & (areas >= SIDE_MIN * closed.size)
    sides[areas.argmax()] = False
    sides[0] = False
    return sides[labels]


def _small_holes(mask: Bools) -> Bools:
    labels, areas = holes(mask)
    small = (areas > 0) & (areas <= max(SMALL_HOLE * mask.size, HOLE_OF_MASK * mask.sum()))
    return small[labels]


def _surrounded(mask: Bools, unsure: Bools) -> Bools:
    """Unsure parts most of whose rim is painted."""
    labels, areas = label(unsure & ~mask)
    if len(areas) == 1:
        return np.zeros_like(mask)
    rim_all, rim_in = np.zeros(len(areas)), np.zeros(len(areas))
    edged, around = np.pad(labels, 1), np.pad(mask, 1)
    for axis in (0, 1):
        for step in (-1, 1):
            other = np.roll(edged, step, axis)
            ends = (edged > 0) & (other != edged)
            rim_all += np.bincount(edged[ends], minlength=len(areas))
            inner = ends & np.roll(around, step, axis)
            rim_in += np.bincount(edged[inner], minlength=len(areas))
    return ((rim_in > ENCLOSES * rim_all) & (areas > 0))[labels]


def _closed(mask: Bools, reach: float) -> Bools:
    reach_px = max(1, round(reach))
    return _array(shrink(grow(_image(mask), reach_px), reach_px))


def _image(mask: Bools) -> Image.Image:
    return Image.fromarray(mask.astype(np.uint8) * 255)


def _array(image: Image.Image) -> Bools:
    return np.asarray(image) > 0
