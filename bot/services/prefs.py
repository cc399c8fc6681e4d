"""People and what they prefer."""

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.guilds import GuildSettings
from bot.db.models import BotState, Person
from bot.services import guild_row
from bot.services.ports import Clock

_people, _state = table(Person), table(BotState)
_PERSON = select(_people.c.id).where(_people.c.discord_id == bindparam("discord_id"))
_STATE = select(_state.c.value).where(_state.c.key == bindparam("key"))


async def known_person(session: AsyncSession, discord_id: int) -> int | None:
    """Our id of a member, if they were here before."""
    return (await session.execute(_PERSON, {"discord_id": discord_id})).scalar()


async def person_id(session: AsyncSession, discord_id: int, clock: Clock) -> int:
    """Our id of a member, made when missing."""
    # Writers wait in line, so nobody makes it between the two.
    if (found := await known_person(session, discord_id)) is not None:
        return found
    await session.execute(insert(Person).values(discord_id=discord_id, created_at=clock.now()))
    return (await session.execute(_PERSON, {"discord_id": discord_id})).scalar_one()


async def lower_upload_limit(
    session: AsyncSession, guild_id: int, limit_bytes: int, clock: Clock
) -> None:
    """Remember that a guild took less than it should have."""
    values = {"upload_limit_bytes": limit_bytes, "updated_at": clock.now()}
    await guild_row.write(session, guild_id, values)


async def upload_limit(session: AsyncSession, guild_id: int) -> int | None:
    """The lower limit that was learned for a guild, if any."""
    query = select(GuildSettings.upload_limit_bytes).where(GuildSettings.guild_id == guild_id)
    return (await session.execute(query)).scalar()


async def get_state(session: AsyncSession, key: str) -> str | None:
    """A small fact by name."""
    return (await session.execute(_STATE, {"key": key})).scalar()


async def set_state(session: AsyncSession, key: str, value: str) -> None:
    """Keep a small fact."""
    row = insert(BotState).values(key=key, value=value)
    await session.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))
