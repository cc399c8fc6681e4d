"""The circuit breaker: who fails repeatedly is paused, probed with growing pauses, and resumed."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.db.engine import Database
from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    NotSent,
    ProviderError,
    QuotaSpent,
    Rejected,
    Unavailable,
)
from bot.providers.base import Balance, Provider
from bot.services import pauses
from bot.services.pauses import Pause, Why
from bot.services.ports import Clock

log = logging.getLogger(__name__)
# So many tasks in a row, within so long.
FAULTS_MAX = 3
WINDOW = timedelta(minutes=10)
PROBE_S, PROBE_S_MAX = 30.0, 1800.0
PROBE_TIMEOUT_S = 60.0
EVERY_S = 5.0
OWN_FAULTS = (NotSent, AuthFailed, QuotaSpent, Unavailable, BadAnswer, AmbiguousSubmit)
REFUSALS = (Rejected, Filtered)


class Breaker:
    """Counts the tasks that met a provider's own faults since it last brought one to its end.

    A task that meets several counts once: its own retries are no sign that all others fail too.
    """

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self._faults: dict[str, dict[str, datetime]] = {}
        self._tries: Counter[str] = Counter()

    def good(self, slug: str) -> None:
        """It did what it is there for, or refused for a reason of its own."""
        self._faults.pop(slug, None)
        self._tries.pop(slug, None)

    async def failed(self, slug: str, task_id: str, error: ProviderError) -> None:
        """A call failed; never asked inside a transaction."""
        if isinstance(error, REFUSALS):
            self.good(slug)
        if not isinstance(error, OWN_FAULTS):
            return
        now = self._clock.now()
        recent = self._faults.get(slug, {})
        recent = {each: at for each, at in recent.items() if now - at < WINDOW} | {task_id: now}
        self._faults[slug] = recent
        # Just resumed, it has to do well at once: not every service has a call to probe it by.
        if len(recent) >= (1 if self._tries[slug] else FAULTS_MAX):
            await self._pause(slug, error, now)

    async def resumed(self, pause: Pause) -> None:
        """A probe went well."""
        self._faults.pop(pause.provider, None)
        self._tries[pause.provider] = pause.tries + 1
        async with self._db.write() as session:
            await pauses.lift(session, pause.provider, pause.why)
        lasted = (self._clock.now() - pause.since).total_seconds()
        log.warning("provider %s is resumed after %.0f s", pause.provider, lasted)

    async def still_down(self, pause: Pause) -> None:
        """A probe failed: the next one comes later."""
        until = self._clock.now() + timedelta(seconds=pause_s(pause.tries + 1))
        async with self._db.write() as session:
            await pauses.put_off(session, pause, until)

    async def _pause(self, slug: str, error: ProviderError, now: datetime) -> None:
        tries = self._tries[slug]
        until = now + timedelta(seconds=pause_s(tries))
        async with self._db.write() as session:
            pause = Pause(slug, Why.FAULTS, now, until, tries, error.code)
            first = await pauses.put(session, pause)
        if first:
            said = error.log or error.sentence
            log.error("provider %s is paused, it keeps failing: %s (%s)", slug, error.code, said)


class Prober:
    """Asks the paused ones whether they are back; `resumed` is called when one is."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        breaker: Breaker,
        providers: Mapping[str, Provider],
        resumed: Callable[[], None],
    ) -> None:
        self._db = db
        self._clock = clock
        self._breaker = breaker
        self._providers = providers
        self._resumed = resumed

    async def run(self) -> None:
        """Probe until cancelled."""
        while True:
            await self.once()
            await self._clock.sleep(EVERY_S)

    async def once(self) -> None:
        """Probe each whose time has come, all at the same time."""
        now = self._clock.now()
        async with self._db.read() as session:
            found = await pauses.all_pauses(session, now)
        due = [each for each in found if each.why is Why.FAULTS and each.until <= now]
        await asyncio.gather(*(self._probe(each) for each in due))

    async def _probe(self, pause: Pause) -> None:
        provider = self._providers.get(pause.provider)
        try:
            if provider is not None:
                async with asyncio.timeout(PROBE_TIMEOUT_S):
                    await ask(provider)
        except (ProviderError, TimeoutError) as error:
            log.debug("provider %s is still down: %s", pause.provider, error)
            await self._breaker.still_down(pause)
        else:
            await self._breaker.resumed(pause)
            self._resumed()


async def ask(provider: Provider) -> Balance | None:
    """Make the cheapest call there is: the balance, else the models. Raises ProviderError."""
    balance = await provider.balance()
    if balance is None:
        await provider.models()
    elif balance.amount <= 0:
        raise QuotaSpent(log=f"{balance.amount} {balance.unit} left")
    return balance


def pause_s(tries: int) -> float:
    """How long until the next probe, doubled each time."""
    return min(PROBE_S_MAX, PROBE_S * 2.0 ** min(tries, 10))
