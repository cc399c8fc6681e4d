"""Which providers take nothing new now, and the sentence that says why."""

from collections.abc import Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain import Op
from bot.providers.base import Provider
from bot.services import pauses
from bot.services.budgets import Budgets, estimate, midnight_after
from bot.services.pauses import Pause, Why
from bot.services.ports import Clock


class Stops:
    """Two statements at most, in whoever's transaction."""

    def __init__(self, clock: Clock, providers: Mapping[str, Provider], budgets: Budgets) -> None:
        self._clock = clock
        self._providers = providers
        self._budgets = budgets

    async def now(self, session: AsyncSession, op: Op, count: int) -> dict[str, str]:
        """Why not, by provider: paused, or what is left of its day is too little for this."""
        now = self._clock.now()
        stopped = {
            slug: told(pause, self._title(slug))
            for slug, pause in (await pauses.paused(session, now)).items()
        }
        for slug, left in (await self._budgets.left(session, now)).items():
            spec = self._providers[slug].spec
            if slug not in stopped and op in spec.ops and estimate(spec, op, count) > left:
                until = int(midnight_after(now).timestamp())
                stopped[slug] = f"{spec.title} has used up its day here, until <t:{until}:t>."
        return stopped

    def _title(self, slug: str) -> str:
        return self._providers[slug].spec.title if slug in self._providers else slug


def told(pause: Pause, title: str) -> str:
    """Say why a provider is paused, with a time that Discord shows in each reader's own zone."""
    until = int(pause.until.timestamp())
    if pause.why is Why.LIMIT:
        return f"{title} has used up its day here, until <t:{until}:t>."
    return f"{title} is paused, because it keeps failing. I try it again <t:{until}:R>."
