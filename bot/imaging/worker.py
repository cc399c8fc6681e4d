"""The process pool: nothing but paths and plain values crosses, and no stage runs in the bot."""

import os
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, Self, TypeVar

from bot.errors import BadPicture, BotError, PictureLost
from bot.imaging import intake, page
from bot.imaging.child import Limits
from bot.imaging.lane import Lane, LaneRule, WorkerDied

P = ParamSpec("P")
T = TypeVar("T")

SHORT_LIMIT_S = 60.0
FILL_LIMIT_S = 300.0
FILL_NICENESS = 10
SHORT_MODULES = ("bot.imaging.intake", "bot.imaging.compose", "bot.imaging.ladder")
FILL_MODULES = ("PIL.PngImagePlugin", "patchmatch")
TAKES_IN: frozenset[object] = frozenset(
    {intake.take_in, intake.take_parent, intake.retune, page.take_drawn}
)
TOO_HEAVY = "That picture takes more time or memory than I may use. Please send a smaller one."
TOO_HEAVY_STORED = (
    "Working on this picture took more time or memory than I may use. You were not charged."
)


class PicturePool:
    """Two lanes: short stages never wait for a fill; only a fill's process is ended by a cancel."""

    def __init__(
        self,
        workers_short: int = 0,
        workers_fill: int = 0,
        memory_mib: int = 0,
        short_limit_s: float = SHORT_LIMIT_S,
        fill_limit_s: float = FILL_LIMIT_S,
    ) -> None:
        short = Limits(memory_mib, 0, SHORT_MODULES)
        fill = Limits(memory_mib, FILL_NICENESS, FILL_MODULES)
        self._short = Lane(LaneRule(workers_short or _spare(), short_limit_s, short, False))
        self._fill = Lane(LaneRule(workers_fill or _spare(), fill_limit_s, fill, True))

    async def __aenter__(self) -> Self:
        await self._short.open()
        await self._fill.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._fill.close()
        await self._short.close()

    async def short(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Decode, mask, overlay, fit, compose or encode; never waits for a fill.

        Raises what the stage raises; BadPicture or PictureLost when it takes too much.
        """
        try:
            return await self._short.run(stage, args, kwargs)
        except (WorkerDied, TimeoutError, MemoryError) as error:
            raise blame(stage, error) from error

    async def fill(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Local inpainting; cancelling the await ends the worker process.

        Raises what the stage raises, WorkerDied (a ChildProcessError), TimeoutError or MemoryError.
        """
        return await self._fill.run(stage, args, kwargs)

    @property
    def restarts(self) -> int:
        """How many workers were ended or found dead."""
        return self._short.restarts + self._fill.restarts

    @property
    def is_up(self) -> bool:
        """Whether both lanes can run stages now."""
        return self._short.is_up and self._fill.is_up

    async def mend(self) -> None:
        """Replace workers that died while nobody used them; raises WorkerDied where none start."""
        await self._short.mend()
        await self._fill.mend()


def blame(stage: object, error: Exception) -> BotError:
    """What a member reads when a stage took too much or its worker died."""
    log = f"{getattr(stage, '__name__', stage)}: {type(error).__name__}: {error}"
    if stage in TAKES_IN:
        return BadPicture(TOO_HEAVY, log=log)
    return PictureLost(TOO_HEAVY_STORED, log=log)


def _spare() -> int:
    return max(1, (os.cpu_count() or 1) - 1)
