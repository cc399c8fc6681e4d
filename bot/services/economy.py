"""How a server deals with credits, as one frozen value: who pays, allowances, prices."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession

from bot.services import guild_row
from bot.services.ports import Clock
from bot.services.records import from_json, to_json

CONFIRM_ABOVE = 100


class Payer(StrEnum):
    """Whose credits an edit may cost."""

    OWN = "own"
    POOL = "pool"
    SPONSOR = "sponsor"


class Period(StrEnum):
    """How often an allowance comes."""

    DAILY = "daily"
    WEEKLY = "weekly"


@dataclass(frozen=True, slots=True)
class Economy:
    """`payers` are asked in order; a level of 0 is no allowance.

    `first` is the operator's where it is None. `pool_daily_max` is what one member may spend of
    the pool in a day; None sets no limit. `multipliers` are by provider, and 1 where none is.
    """

    payers: tuple[Payer, ...] = (Payer.SPONSOR, Payer.OWN)
    pool_daily_max: int | None = None
    first: int | None = None
    level: int = 0
    period: Period = Period.DAILY
    role_levels: Mapping[int, int] = field(default_factory=dict[int, int])
    multipliers: Mapping[str, Decimal] = field(default_factory=dict[str, Decimal])
    confirm_above: int = CONFIRM_ABOVE

    def multiplier(self, provider: str) -> Decimal:
        """What a price of this provider is multiplied by here."""
        return self.multipliers.get(provider, Decimal(1))

    def level_of(self, role_ids: Iterable[int]) -> int:
        """What a member with these roles is topped up to."""
        return max([self.level, *(self.role_levels.get(each, 0) for each in role_ids)])


async def load(session: AsyncSession, guild_id: int) -> Economy:
    """What a server chose, or what every server begins with."""
    kept = await guild_row.read(session, guild_id)
    economy = from_json(Economy, dict(kept.economy or {}))
    if kept.payer_order is None:
        return economy
    return replace(economy, payers=tuple(Payer(each) for each in kept.payer_order))


async def store(session: AsyncSession, guild_id: int, economy: Economy, clock: Clock) -> None:
    """Keep it, beside whatever else the server's row holds."""
    values = {
        "economy": {key: each for key, each in to_json(economy).items() if key != "payers"},
        "payer_order": [each.value for each in economy.payers],
        "updated_at": clock.now(),
    }
    await guild_row.write(session, guild_id, values)
