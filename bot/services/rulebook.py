"""What a server's admins change of its economy; each change is written down with who and when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.db.guilds import GuildChange
from bot.errors import BadOption
from bot.quoting import cited
from bot.services import amounts, economy, prefs
from bot.services.allowance import Allowances
from bot.services.economy import Economy
from bot.services.ledger import Ledger, pool_code
from bot.services.ports import Clock

MULTIPLIER_MAX = 1000
ROLES_MAX = 10
TITLES: Mapping[str, str] = {
    "payers": "Who pays for edits",
    "pool_daily_max": "Of the pool, a member and day",
    "first": "First grant",
    "level": "Top-up to",
    "period": "Top-up comes",
    "confirm_above": "Gifts confirmed above",
}


@dataclass(frozen=True, slots=True)
class Coffer:
    """A server's economy and what is in its pool; `mints`: its admins may make credits."""

    economy: Economy
    available: int
    held: int
    mints: bool


class Rulebook:
    """Reads and changes; who may do so is asked at the entrance."""

    def __init__(self, db: Database, clock: Clock, ledger: Ledger, allowances: Allowances) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._allowances = allowances

    async def coffer(self, guild_id: int) -> Coffer:
        """What holds now."""
        async with self._db.read() as session:
            chosen = await economy.load(session, guild_id)
            available, held = await self._ledger.balance(session, pool_code(guild_id))
        return Coffer(chosen, available, held, self._allowances.mints(guild_id))

    async def change(self, guild_id: int, actor_id: int, **values: Any) -> None:
        """Set some of it; what stays as it was is not written down."""
        for name in ("pool_daily_max", "first", "level", "confirm_above"):
            if values.get(name) is not None:
                amounts.check(values[name], least=0)
        async with self._db.write() as session:
            before = await economy.load(session, guild_id)
            after = replace(before, **values)
            changed = [name for name in values if getattr(before, name) != getattr(after, name)]
            if changed:
                await economy.store(session, guild_id, after, self._clock)
            for name in changed:
                texts = (said(getattr(before, name)), said(getattr(after, name)))
                await self._note(session, guild_id, actor_id, TITLES[name], *texts)

    async def set_role(self, guild_id: int, actor_id: int, role_id: int, level: int) -> None:
        """Top members with a role up to another level; 0 takes that away."""
        amounts.check(level, least=0)
        async with self._db.write() as session:
            before = await economy.load(session, guild_id)
            levels = {**before.role_levels, role_id: level}
            kept = {role: each for role, each in levels.items() if each}
            if len(kept) > ROLES_MAX:
                raise BadOption(f"{ROLES_MAX} roles at most have a level. Nothing was changed.")
            after = replace(before, role_levels=kept)
            await economy.store(session, guild_id, after, self._clock)
            texts = (said(before.role_levels.get(role_id)), said(level or None))
            await self._note(session, guild_id, actor_id, f"Top-up of <@&{role_id}> to", *texts)

    async def set_multiplier(
        self, guild_id: int, actor_id: int, provider: str, multiplier: Decimal
    ) -> None:
        """Multiply a provider's prices; below 1 only where the operator is at home."""
        least = 0 if self._allowances.mints(guild_id) else 1
        if not least <= multiplier <= MULTIPLIER_MAX:
            raise BadOption(
                f"A multiplier goes from {least} to {MULTIPLIER_MAX:,} here. Nothing was changed."
            )
        async with self._db.write() as session:
            before = await economy.load(session, guild_id)
            kept = {**before.multipliers, provider: multiplier}
            after = replace(before, multipliers={k: v for k, v in kept.items() if v != 1})
            await economy.store(session, guild_id, after, self._clock)
            texts = (said(before.multiplier(provider)), said(multiplier))
            await self._note(session, guild_id, actor_id, f"Prices of {provider} times", *texts)

    async def _note(
        self, session: AsyncSession, guild_id: int, actor_id: int, name: str, *texts: str
    ) -> None:
        actor = await prefs.person_id(session, actor_id, self._clock)
        before, after = texts
        values = {"name": name[:40], "before": before, "after": after or "not set"}
        await session.execute(
            insert(GuildChange).values(
                guild_id=guild_id, actor_id=actor, at=self._clock.now(), **values
            )
        )


def read_multiplier(text: str) -> Decimal:
    """A multiplier as people write it."""
    typed = text.strip().replace(",", ".").removeprefix("×").removeprefix("x").strip()
    digits = typed.replace(".", "", 1)
    if not (digits.isascii() and digits.isdecimal() and len(typed) <= 9):
        raise BadOption(
            f"`{cited(text, 20)}` is no multiplier. Write a number such as `1.5`. "
            "Nothing was changed."
        )
    return Decimal(typed)


def said(value: Any) -> str:
    """One value as the log shows it; empty for what is not set."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, tuple):
        return ", ".join(str(each) for each in value)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return f"{value:,}" if isinstance(value, int) else str(value)
