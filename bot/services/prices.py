"""What the operator's and a server's choices make of a provider's own prices."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import economy
from bot.services.economy import Economy


@dataclass(frozen=True, slots=True)
class Prices:
    """The operator's credits for one unit of each provider's money; 1 where none is set.

    `mints` says which servers are at home, and may have what is cheaper than the operator's price.
    """

    credits_per_unit: Mapping[str, Decimal]
    mints: Callable[[int], bool]

    def rate(self, chosen: Economy, guild_id: int, provider: str) -> Decimal:
        """Credits for one unit in a server that chose this."""
        times = self.times(chosen, guild_id, provider)
        return self.credits_per_unit.get(provider, Decimal(1)) * times

    def times(self, chosen: Economy, guild_id: int, provider: str) -> Decimal:
        """The multiplier that counts: not less than 1 where it was chosen while still at home."""
        times = chosen.multiplier(provider)
        return times if self.mints(guild_id) else max(times, Decimal(1))

    async def rate_in(self, session: AsyncSession, guild_id: int, provider: str) -> Decimal:
        """Credits for one unit in this server, now."""
        return self.rate(await economy.load(session, guild_id), guild_id, provider)
