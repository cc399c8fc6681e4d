"""What each provider can do in a server, for how much, and why one cannot: for `/providers`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.db.engine import Database
from bot.domain import Op
from bot.providers.base import Provider, ProviderSpec
from bot.providers.parts import Off
from bot.services import economy, guild_rules
from bot.services.preferences import preferences_of
from bot.services.prices import Prices
from bot.services.pricing import quote
from bot.services.standing import ProviderStanding, Standings

NOT_HERE = "The admins of this server have not allowed it here."


@dataclass(frozen=True, slots=True)
class Shown:
    """One provider as a member sees it in a server; prices are in credits, by operation.

    `standing` is None where it is switched off; `why_not` says why it cannot be used here at all.
    """

    spec: ProviderSpec
    prices: Mapping[Op, int]
    standing: ProviderStanding | None
    why_not: str = ""
    is_default: bool = False

    @property
    def is_here(self) -> bool:
        """Whether it can be picked, be it paused or not."""
        return not self.why_not


class Showcase:
    """All that there are: those that can be used here first, the default before the others."""

    def __init__(
        self,
        db: Database,
        providers: Mapping[str, Provider],
        off: Sequence[Off],
        standings: Standings,
        prices: Prices,
        default: str,
    ) -> None:
        self._db = db
        self._providers = providers
        self._off = off
        self._standings = standings
        self._prices = prices
        self._default = default

    async def look(self, guild_id: int, user_id: int) -> list[Shown]:
        """Each provider, in a fixed number of statements."""
        async with self._db.read() as session:
            rules = await guild_rules.load(session, guild_id)
            chosen = await economy.load(session, guild_id)
            wishes = await preferences_of(session, user_id)
        here = {each.slug: each for each in (await self._standings.now()).providers}
        default = wishes.default_provider or rules.default_provider or self._default

        def shown(spec: ProviderSpec, why_not: str) -> Shown:
            rate = self._prices.rate(chosen, guild_id, spec.slug)
            prices = {op: quote(spec, op, 1, rate).credits for op in spec.ops}
            return Shown(spec, prices, here.get(spec.slug), why_not, spec.slug == default)

        on = [each.spec for each in self._providers.values()]
        found = [shown(spec, "" if rules.allows(spec.slug) else NOT_HERE) for spec in on]
        found += [shown(each.spec, each.reason) for each in self._off]
        return sorted(found, key=lambda each: (not each.is_here, not each.is_default))
