"""The providers as the engine calls them, and what looks after them, put together in one place."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.db.engine import Database
from bot.providers.base import Provider
from bot.services.breaker import Breaker, Prober
from bot.services.budgets import Budgets, limits_of
from bot.services.gate import Gate
from bot.services.observed import Observed
from bot.services.ports import Clock
from bot.services.stops import Stops
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Supervision:
    """`providers` tell the breaker of every call; a probe goes past that."""

    db: Database
    clock: Clock
    raw: Mapping[str, Provider]
    breaker: Breaker
    providers: Mapping[str, Provider]
    budgets: Budgets

    def gate(self) -> Gate:
        """What admission asks."""
        return Gate(self.clock, self.providers, self.budgets)

    def stops(self) -> Stops:
        """What is asked before anything is queued, and by the pages."""
        return Stops(self.clock, self.providers, self.budgets)

    def prober(self, resumed: Callable[[], None]) -> Prober:
        """What brings paused ones back."""
        return Prober(self.db, self.clock, self.breaker, self.raw, resumed)


def supervised(
    settings: Settings, db: Database, clock: Clock, providers: Mapping[str, Provider]
) -> Supervision:
    """Wire it; opens nothing."""
    breaker = Breaker(db, clock)
    observed = {slug: Observed(each, breaker) for slug, each in providers.items()}
    budgets = Budgets(limits_of(settings, providers), observed)
    return Supervision(db, clock, providers, breaker, observed, budgets)
