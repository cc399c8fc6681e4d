"""Issuing credits by hand: to whom, how many, and once for each key."""

import hashlib
import re
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.models import Account, Transfer
from bot.errors import BadOption
from bot.services.amounts import AMOUNT_MAX
from bot.services.ledger import Ledger

ACCOUNT = re.compile(r"user:\d{1,20}:\d{1,20}|pool:\d{1,20}")
KEY_CHARS = 32
CODE_CHARS_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Granted:
    """What was available before and after; `fresh` is False where the key was used before."""

    before: int
    after: int
    fresh: bool


def stored_key(key: str) -> str:
    """The key as a transfer keeps it: transfers are for ever and carry no text of people's."""
    return f"grant:{hashlib.sha256(key.encode()).hexdigest()[:KEY_CHARS]}"


async def grant(session: AsyncSession, ledger: Ledger, code: str, amount: int, key: str) -> Granted:
    """Issue credits unless this key did so before.

    Raises BadOption for an account or amount that cannot be, and where the key did something else.
    """
    _check(code, amount)
    stored = stored_key(key)
    before = (await ledger.balance(session, code))[0]
    if used := await _used(session, stored):
        if used != (code, amount):
            raise BadOption(
                f"This key has already granted {used[1]:,} credits to {used[0]}. "
                "Nothing was changed; give another --key."
            )
        return Granted(before, before, fresh=False)
    await ledger.grant_once(session, stored, await ledger.account(session, code), amount)
    return Granted(before, (await ledger.balance(session, code))[0], fresh=True)


def _check(code: str, amount: int) -> None:
    if not ACCOUNT.fullmatch(code):
        raise BadOption(
            f"Credits are granted to user:<server id>:<member id> or pool:<server id>, "
            f"not to {code[:CODE_CHARS_SHOWN]!r}."
        )
    if not 1 <= amount <= AMOUNT_MAX:
        raise BadOption(f"A grant is of 1 to {AMOUNT_MAX:,} credits.")


async def _used(session: AsyncSession, stored: str) -> tuple[str, int] | None:
    query = (
        select(Account.code, Transfer.amount)
        .join(Account, Account.id == Transfer.to_id)
        .where(Transfer.key == stored)
    )
    row = (await session.execute(query)).first()
    return (row.code, row.amount) if row else None
