"""What is left of a forgotten member: a salted hash per server, against a second first grant."""

import hashlib
import hmac
import secrets

from sqlalchemy import exists, select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.credits import ForgottenMember
from bot.services import prefs

SALT = "forgotten_salt"
SALT_BYTES = 32


async def remember(session: AsyncSession, guild_id: int, user_id: int) -> None:
    """Keep the mark of a member who is being forgotten."""
    salt = await prefs.get_state(session, SALT)
    if salt is None:
        salt = secrets.token_hex(SALT_BYTES)
        await prefs.set_state(session, SALT, salt)
    row = insert(ForgottenMember).values(guild_id=guild_id, mark=_mark(salt, guild_id, user_id))
    await session.execute(row.on_conflict_do_nothing())


async def was_here(session: AsyncSession, guild_id: int, user_id: int) -> bool:
    """Whether this member was forgotten in this server before."""
    salt = await prefs.get_state(session, SALT)
    if salt is None:
        return False
    found = exists().where(
        ForgottenMember.guild_id == guild_id,
        ForgottenMember.mark == _mark(salt, guild_id, user_id),
    )
    return bool((await session.execute(select(found))).scalar())


def _mark(salt: str, guild_id: int, user_id: int) -> str:
    text = f"{guild_id}:{user_id}".encode()
    return hmac.new(bytes.fromhex(salt), text, hashlib.sha256).hexdigest()
