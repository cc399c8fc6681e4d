"""What the services need from outside, as narrow protocols; `app.py` plugs in the real ones."""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import ParamSpec, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

P = ParamSpec("P")
T = TypeVar("T")


class Clock(Protocol):
    """The only source of time for everything that waits or expires."""

    def now(self) -> datetime:
        """The time in UTC."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Pictures(Protocol):
    """Two lanes of worker processes; a stage takes and returns paths and plain values only."""

    async def short(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Decode, mask, overlay, fit, compose or encode; never waits for a fill."""
        ...

    async def fill(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Local inpainting; cancelling the await ends the worker process."""
        ...

    @property
    def restarts(self) -> int:
        """How many workers were ended or found dead."""
        ...

    @property
    def is_up(self) -> bool:
        """Whether stages can be run now."""
        ...

    async def mend(self) -> None:
        """Replace workers that died while nobody used them; raises OSError where none start."""
        ...


class Dispatcher(Protocol):
    """Delivers admitted tasks to `drive` at least once; nothing else."""

    async def start(self, drive: Callable[[str], Awaitable[None]]) -> None:
        """Begin to drive what is enqueued."""
        ...

    def enqueue(self, session: AsyncSession, task_ids: Sequence[str]) -> None:
        """Drive these once the session's transaction has committed."""
        ...

    def live(self, task_ids: Collection[str]) -> set[str]:
        """Those of the tasks that are being driven now."""
        ...

    def nudge(self, task_id: str) -> None:
        """Let a waiting drive look at its row at once (a webhook, a cancel)."""
        ...

    async def stop(self, grace_s: float, guarded: Callable[[], Collection[str]]) -> None:
        """Stop all drives but the guarded ones, which get `grace_s` to get out of their submit."""
        ...


class Views(Protocol):
    """The view loop, told after a commit that a task's card or reply is behind its row."""

    def changed(self, task_id: str) -> None:
        """Render this task when its lane is free."""
        ...
