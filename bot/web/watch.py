"""Everything that health and metrics look at, and the loops that keep it fresh."""

from collections.abc import Awaitable, Callable, Collection

from bot.services.audit import Audit
from bot.services.census import Census
from bot.services.disk import Disk
from bot.services.health import Health
from bot.services.lag import LoopLag
from bot.services.ports import Clock, Pictures
from bot.services.pulse import Pulse
from bot.services.signals import Signals
from bot.services.version import version
from bot.web.metrics import Metrics
from bot.web.standing import Standing
from bot.web.trace import trace


class Watch:
    """Counts from the beginning; `loops` are started by who serves it."""

    def __init__(
        self,
        clock: Clock,
        signals: Signals,
        disk: Disk,
        pictures: Pictures,
        pulse: Pulse,
        audit: Audit,
        take_census: Callable[[], Awaitable[Census | None]],
        providers: Collection[str],
    ) -> None:
        self._clock = clock
        self._disk = disk
        self._pictures = pictures
        self.pulse = pulse
        self.audit = audit
        self._take_census = take_census
        self._providers = tuple(providers)
        self._metrics = Metrics(self._providers)
        self.trace = trace(self._metrics.called)
        self.health = Health()
        self.health.add("database", pulse.database)
        self.health.add("workers", pulse.workers)
        self.health.add("disk", disk.part)
        signals.count(self._metrics.moved)

    @property
    def loops(self) -> tuple[tuple[str, Callable[[], Awaitable[None]]], ...]:
        """What has to run for the numbers to be fresh."""
        return (
            ("pulse", self.pulse.run),
            ("audit", self.audit.run),
            ("lag", LoopLag(self._metrics.lagged).run),
        )

    async def page(self) -> bytes:
        """The metrics page; one statement, however much there is."""
        return self._metrics.render(await self._standing())

    async def _standing(self) -> Standing:
        return Standing(
            at=self._clock.now(),
            version=version(),
            providers=self._providers,
            census=await self._take_census(),
            parts=self.health.parts(),
            disk_used_bytes=self._disk.used_bytes,
            disk_limit_bytes=self._disk.limit_bytes,
            drifted=self.audit.drifted,
            audited_at=self.audit.checked_at,
            restarts=self._pictures.restarts,
        )
