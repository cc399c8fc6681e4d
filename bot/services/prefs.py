"""People and what they prefer."""

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.guilds import GuildSettings
from bot.db.models import BotState, Person
from bot.services.ports import Clock


async def person_id(session: AsyncSession, discord_id: int, clock: Clock) -> int:
    """Our id of a member, made when missing."""
    query = select(Person.id).where(Person.discord_id == discord_id)
    # Writers wait in line, so nobody makes it between the two.
    if (found := (await session.execute(query)).scalar()) is not None:
        return found
    await session.execute(insert(Person).values(discord_id=discord_id, created_at=clock.now()))
    return (await session.execute(query)).scalar_one()


async def lower_upload_limit(
    session: AsyncSession, guild_id: int, limit_bytes: int, clock: Clock
) -> None:
    """Remember that a guild took less than it should have."""
    row = insert(GuildSettings).values(
        guild_id=guild_id, upload_limit_bytes=limit_bytes, updated_at=clock.now()
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["guild_id"],
            set_={"upload_limit_bytes": limit_bytes, "updated_at": clock.now()},
        )
    )


async def upload_limit(session: AsyncSession, guild_id: int) -> int | None:
    """The lower limit that was learned for a guild, if any."""
    query = select(GuildSettings.upload_limit_bytes).where(GuildSettings.guild_id == guild_id)
    return (await session.execute(query)).scalar()


async def get_state(session: AsyncSession, key: str) -> str | None:
    """A small fact by name."""
    return (await session.execute(select(BotState.value).where(BotState.key == key))).scalar()


async def set_state(session: AsyncSession, key: str, value: str) -> None:
    """Keep a small fact."""
    row = insert(BotState).values(key=key, value=value)
    await session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
