"""What the crop around the mask saves: a stage for a picture worker."""

import time
from collections.abc import Callable
from pathlib import Path

from bot.domain import Fit, SizeRule
from bot.imaging.compose import compose
from bot.imaging.fit import fit, fit_whole


def crop_against_whole(
    picture: Path, mask: Path, rule: SizeRule, scratch: Path
) -> tuple[float, float]:
    """CPU seconds to fit and paste back the part around the mask, and the whole picture.

    What is pasted back is what would have been sent, so both answers are of the size asked for.
    """

    def around(sent: Path, marks: Path) -> Fit:
        return fit(picture, mask, rule, sent, marks)

    def whole(sent: Path, marks: Path) -> Fit:
        return fit_whole(picture, mask, sent, marks)

    return _both_ways(around, picture, mask, scratch), _both_ways(whole, picture, mask, scratch)


def _both_ways(
    fitting: Callable[[Path, Path], Fit], picture: Path, mask: Path, scratch: Path
) -> float:
    sent, marks = scratch / "sent.png", scratch / "marks.png"
    before_s = time.process_time()
    fitted = fitting(sent, marks)
    compose(picture, mask, 0, sent, fitted, True, scratch / "pasted")
    return time.process_time() - before_s
