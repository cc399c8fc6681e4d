"""Who asked to be forgotten and still is known, since something of theirs is live."""

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.credits import Erasure
from bot.db.models import Person

_people, _erasures = table(Person), table(Erasure)
_LEAVING = select(
    exists().where(
        _people.c.discord_id == bindparam("user_id"),
        _erasures.c.person_id == _people.c.id,
        _erasures.c.done_at.is_(None),
    )
)


async def is_leaving(session: AsyncSession, user_id: int) -> bool:
    """Whether a member asked to be forgotten and is not yet."""
    return bool((await session.execute(_LEAVING, {"user_id": user_id})).scalar())
