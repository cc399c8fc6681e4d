"""Connected parts of a mask, found by its runs; numpy alone, without a loop over pixels."""

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def label(mask: Bools) -> tuple[Ints, Ints]:
    """Parts that touch by a side: 1.. in the shape of `mask`, 0 outside; and their areas.

    The areas begin with the outside's, which is 0.
    """
    rows, starts, ends = _runs(mask)
    part = _joined(len(starts), *_touching(rows, starts, ends, mask.shape[1]))
    names, numbers = np.unique(part, return_inverse=True)
    lengths = ends - starts
    areas = np.bincount(numbers + 1, weights=lengths, minlength=len(names) + 1).astype(np.int64)
    labels = np.zeros(mask.shape, np.int64)
    labels[mask] = np.repeat(numbers + 1, lengths)
    return labels, areas


def at_border(labels: Ints) -> Bools:
    """For each label whether it touches the picture's border; the outside's is True."""
    found = np.zeros(int(labels.max(initial=0)) + 1, np.bool_)
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        found[edge] = True
    found[0] = True
    return found


def holes(mask: Bools) -> tuple[Ints, Ints]:
    """The parts of the outside that the mask encloses, labelled as `label` does."""
    labels, areas = label(~mask)
    open_ones = at_border(labels)
    areas = areas * ~open_ones
    labels[open_ones[labels]] = 0
    return labels, areas


def kept(mask: Bools, area_min: float) -> Bools:
    """The mask without parts smaller than this."""
    labels, areas = label(mask)
    return (areas >= area_min)[labels] & mask


def _runs(mask: Bools) -> tuple[Ints, Ints, Ints]:
    edged = np.zeros((mask.shape[0], mask.shape[1] + 2), np.int8)
    edged[:, 1:-1] = mask
    steps = np.diff(edged, axis=1)
    rows, starts = np.nonzero(steps == 1)
    ends = np.nonzero(steps == -1)[1]
    return rows, starts, ends


def _touching(rows: Ints, starts: Ints, ends: Ints, width: int) -> tuple[Ints, Ints]:
    """Pairs of runs above each other that share a column."""
    stride = width + 1
    below = (rows + 1) * stride
    first = np.searchsorted(rows * stride + ends, below + starts, "right")
    last = np.searchsorted(rows * stride + starts, below + ends, "left")
    counts: Ints = np.maximum(last - first, 0)
    above: Ints = np.repeat(np.arange(len(rows)), counts)
    skipped: Ints = np.repeat(np.cumsum(counts) - counts - first, counts)
    return above, np.arange(len(above)) - skipped


def _joined(count: int, above: Ints, below: Ints) -> Ints:
    """For each run the smallest run that it hangs together with."""
    part = np.arange(count)
    while True:
        lower = np.minimum(part[above], part[below])
        before = part.copy()
        np.minimum.at(part, part[above], lower)
        np.minimum.at(part, part[below], lower)
        part = part[part]
        if np.array_equal(part, before):
            return part
