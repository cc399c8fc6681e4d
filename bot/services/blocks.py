"""Members who may not use the bot in a server: read at every entrance, written by its admins."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, bindparam, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.guilds import GuildBlock
from bot.db.models import Person

_blocks, _people = table(GuildBlock), table(Person)
# Asked at every entrance.
_IN_THE_WAY = (
    select(_blocks.c.until, _blocks.c.reason)
    .join(_people, _people.c.id == _blocks.c.person_id)
    .where(
        _blocks.c.guild_id == bindparam("guild_id"),
        _people.c.discord_id == bindparam("user_id"),
        or_(_blocks.c.until.is_(None), _blocks.c.until > bindparam("now")),
    )
)


@dataclass(frozen=True, slots=True)
class Block:
    """A member who may not use the bot; no `until` is for good."""

    user_id: int | None
    until: datetime | None
    reason: str


async def block_of(
    session: AsyncSession, guild_id: int, user_id: int, now: datetime
) -> Block | None:
    """What keeps this member out now, if anything does."""
    asked = {"guild_id": guild_id, "user_id": user_id, "now": now}
    row = (await session.execute(_IN_THE_WAY, asked)).first()
    return Block(user_id, row.until, row.reason) if row else None


async def count(session: AsyncSession, guild_id: int, now: datetime) -> int:
    """How many are kept out of a server."""
    query = select(func.count()).where(GuildBlock.guild_id == guild_id, _in_force(now))
    return (await session.execute(query)).scalar_one()


async def listed(
    session: AsyncSession, guild_id: int, now: datetime, offset: int, limit: int
) -> list[Block]:
    """Those who are kept out of a server, the newest first."""
    query = (
        select(Person.discord_id, GuildBlock.until, GuildBlock.reason)
        .join(Person, Person.id == GuildBlock.person_id)
        .where(GuildBlock.guild_id == guild_id, _in_force(now))
        .order_by(GuildBlock.at.desc(), GuildBlock.person_id)
        .offset(offset)
        .limit(limit)
    )
    return [Block(*row) for row in await session.execute(query)]


async def put(
    session: AsyncSession,
    guild_id: int,
    person_id: int,
    actor_id: int,
    until: datetime | None,
    reason: str,
    now: datetime,
) -> None:
    """Keep a member out; a second time replaces the first."""
    values = {"until": until, "reason": reason, "actor_id": actor_id, "at": now}
    row = insert(GuildBlock).values(guild_id=guild_id, person_id=person_id, **values)
    await session.execute(
        row.on_conflict_do_update(index_elements=["guild_id", "person_id"], set_=values)
    )


async def lift(session: AsyncSession, guild_id: int, person_id: int) -> bool:
    """Let a member in again; False when nothing kept them out."""
    gone = delete(GuildBlock).where(
        GuildBlock.guild_id == guild_id, GuildBlock.person_id == person_id
    )
    found = await session.execute(gone.returning(GuildBlock.person_id))
    return found.first() is not None


def _in_force(now: datetime) -> ColumnElement[bool]:
    return or_(GuildBlock.until.is_(None), GuildBlock.until > now)
