"""What the operator's and a server's choices make of a provider's own prices."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import economy
from bot.services.economy import Economy


@dataclass(frozen=True, slots=True)
class Prices:
    """The operator's credits for one unit of each provider's money; 1 where none is set."""

    credits_per_unit: Mapping[str, Decimal]

    def rate(self, chosen: Economy, provider: str) -> Decimal:
        """Credits for one unit in a server that chose this."""
        return self.credits_per_unit.get(provider, Decimal(1)) * chosen.multiplier(provider)

    async def rate_in(self, session: AsyncSession, guild_id: int, provider: str) -> Decimal:
        """Credits for one unit in this server, now."""
        return self.rate(await economy.load(session, guild_id), provider)
