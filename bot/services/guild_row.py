"""The row of a server: its admins' rules and its economy, read together and once a transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.guilds import GuildSettings
from bot.db.once import once, read_again

_guilds = table(GuildSettings)
_ROW = select(_guilds.c.settings, _guilds.c.economy, _guilds.c.payer_order).where(
    _guilds.c.guild_id == bindparam("guild_id")
)


@dataclass(frozen=True, slots=True)
class GuildRow:
    """As it is kept; a server without a row chose nothing."""

    settings: Mapping[str, Any] | None = None
    economy: Mapping[str, Any] | None = None
    payer_order: Sequence[str] | None = None


async def read(session: AsyncSession, guild_id: int) -> GuildRow:
    """What a server chose."""

    async def asked() -> GuildRow:
        row = (await session.execute(_ROW, {"guild_id": guild_id})).first()
        return GuildRow(*row) if row else GuildRow()

    return await once(session, ("guild", guild_id), asked)


async def write(session: AsyncSession, guild_id: int, values: Mapping[str, Any]) -> None:
    """Keep some columns of it, beside whatever else the row holds."""
    row = insert(GuildSettings).values(guild_id=guild_id, **values)
    await session.execute(row.on_conflict_do_update(index_elements=["guild_id"], set_=dict(values)))
    read_again(session, ("guild", guild_id))
