"""Picture work that is none, for measuring what is left."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.domain import Fit
from bot.imaging.compose import Composed, compose
from bot.imaging.fit import fit

SIDE_PX = 64


class BlankPictures:
    """Answers for `fit` and `compose` at once; the result is a link to a file made before."""

    is_up = True
    restarts = 0

    def __init__(self, result: Path) -> None:
        self._result = result

    async def short(self, stage: Callable[..., Any], /, *args: Any, **_kwargs: Any) -> Any:
        """Only what a drive asks for."""
        if stage is fit:
            return Fit((0, 0, SIDE_PX, SIDE_PX), SIDE_PX, SIDE_PX)
        if stage is compose:
            out = _out(args).with_suffix(self._result.suffix)
            os.link(self._result, out)
            return Composed(out, 0.0, SIDE_PX, SIDE_PX)
        raise NotImplementedError(stage)

    async def fill(self, stage: Callable[..., Any], /, *_args: Any, **_kwargs: Any) -> Any:
        """Nothing is filled here."""
        raise NotImplementedError(stage)

    async def mend(self) -> None:
        """There is nobody to replace."""


def _out(args: tuple[Any, ...]) -> Path:
    """The last path among a stage's arguments: where its result goes."""
    return [each for each in args if isinstance(each, Path)][-1]
