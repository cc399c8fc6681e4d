"""Who asked to be forgotten and still is known, since something of theirs is live."""

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.credits import Erasure
from bot.db.models import Person


async def is_leaving(session: AsyncSession, user_id: int) -> bool:
    """Whether a member asked to be forgotten and is not yet."""
    query = select(
        exists().where(
            Person.discord_id == user_id,
            Erasure.person_id == Person.id,
            Erasure.done_at.is_(None),
        )
    )
    return bool((await session.execute(query)).scalar())
