"""What is left of a forgotten member: a salted hash per server, against a second first grant.

For the rest of the day also what they spent of the pool, against a second share of it.
"""

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.credits import ForgottenMember
from bot.db.once import once, read_again
from bot.services import prefs

SALT = "forgotten_salt"
SALT_BYTES = 32


async def remember(session: AsyncSession, guild_id: int, user_id: int) -> None:
    """Keep the mark of a member who is being forgotten."""
    salt = await prefs.get_state(session, SALT)
    if salt is None:
        salt = secrets.token_hex(SALT_BYTES)
        await prefs.set_state(session, SALT, salt)
        read_again(session, SALT)
    row = insert(ForgottenMember).values(guild_id=guild_id, mark=_mark(salt, guild_id, user_id))
    await session.execute(row.on_conflict_do_nothing())


async def was_here(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether this member was forgotten in this server before."""
    if await _salt(session) is None:
        return False
    found = select(ForgottenMember.guild_id).where(await _theirs(session, guild_id, user_id))
    return (await session.execute(found)).scalar() is not None


async def marks(session: AsyncSession, user_id: int) -> Sequence[dict[str, Any]]:
    """All that was left of this member when they were forgotten, in every server."""
    salt = await prefs.get_state(session, SALT)
    if salt is None:
        return ()
    query = select(ForgottenMember.guild_id).distinct()
    guild_ids = (await session.execute(query)).scalars()
    theirs = [_mark(salt, guild_id, user_id) for guild_id in guild_ids]
    # A mark holds its server's id, so it is found nowhere else.
    found = select(ForgottenMember.__table__).where(ForgottenMember.mark.in_(theirs))
    return [dict(row) for row in (await session.execute(found)).mappings()]


async def keep_spent(
    session: AsyncSession, guild_id: int, user_id: int, spent: int, now: datetime
) -> None:
    """Add to what a member who is remembered spent of the server's pool today."""
    today = _day(now)
    before = case((ForgottenMember.day == today, ForgottenMember.pool_spent), else_=0)
    kept = update(ForgottenMember).where(await _theirs(session, guild_id, user_id))
    await session.execute(kept.values(day=today, pool_spent=before + spent))


async def spent_today(session: AsyncSession, guild_id: int, user_id: int, now: datetime) -> int:
    """What this member spent of the pool today before they were forgotten."""
    theirs = await _theirs(session, guild_id, user_id)
    query = select(ForgottenMember.pool_spent).where(theirs, ForgottenMember.day == _day(now))
    return (await session.execute(query)).scalar() or 0


async def drop_spent(session: AsyncSession, now: datetime) -> None:
    """Empty what was spent on days that are over."""
    over = update(ForgottenMember).where(ForgottenMember.day < _day(now))
    await session.execute(over.values(day=None, pool_spent=0))


async def _theirs(session: AsyncSession, guild_id: int, user_id: int) -> ColumnElement[bool]:
    salt = await _salt(session)
    if salt is None:
        return false()
    mark = _mark(salt, guild_id, user_id)
    return and_(ForgottenMember.guild_id == guild_id, ForgottenMember.mark == mark)


async def _salt(session: AsyncSession) -> str | None:
    """None until somebody was forgotten."""
    return await once(session, SALT, lambda: prefs.get_state(session, SALT))


def _day(now: datetime) -> str:
    return f"{now.astimezone(UTC):%Y-%m-%d}"


def _mark(salt: str, guild_id: int, user_id: int) -> str:
    text = f"{guild_id}:{user_id}".encode()
    return hmac.new(bytes.fromhex(salt), text, hashlib.sha256).hexdigest()
