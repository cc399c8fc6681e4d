"""Who pays: the hold of a task, in the transaction that queues it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain import Task
from bot.errors import NotEnoughCredits
from bot.services import prefs
from bot.services.ledger import Ledger, user_code
from bot.services.ports import Clock


@dataclass(frozen=True, slots=True)
class Purse:
    """A member and the account that pays for them in this guild."""

    person_id: int
    account_id: int


class Booking:
    """Opens a member's purse with its first grant, and holds from it."""

    def __init__(self, ledger: Ledger, clock: Clock, first_grant: int) -> None:
        self._ledger = ledger
        self._clock = clock
        self._first_grant = first_grant

    async def purse(self, session: AsyncSession, guild_id: int, user_id: int) -> Purse:
        """The member's purse; a new one gets its first grant, once."""
        person_id = await prefs.person_id(session, user_id, self._clock)
        account_id = await self._ledger.account(session, user_code(guild_id, user_id))
        await self._ledger.grant_once(session, _first(account_id), account_id, self._first_grant)
        return Purse(person_id, account_id)

    async def check(self, session: AsyncSession, guild_id: int, user_id: int, amount: int) -> None:
        """Raise NotEnoughCredits when the purse does not cover this; writes nothing."""
        code = user_code(guild_id, user_id)
        account_id = await self._ledger.find(session, code)
        available = (await self._ledger.balance(session, code))[0]
        # An account may have been granted something before its member's first edit.
        if account_id is None or not await self._ledger.used(session, _first(account_id)):
            available += self._first_grant
        if available < amount:
            raise _too_few(amount, available)

    async def hold(self, session: AsyncSession, task: Task, purse: Purse, amount: int) -> None:
        """Set the whole quote aside; raises NotEnoughCredits, which undoes the transaction."""
        held = await self._ledger.hold(
            session,
            f"hold:{task.id}",
            purse.account_id,
            amount,
            task_seq=task.seq,
            actor_id=purse.person_id,
        )
        if not held:
            available = (await self._ledger.balance_of(session, purse.account_id))[0]
            raise _too_few(amount, available)


def _first(account_id: int) -> str:
    return f"first:{account_id}"


def _too_few(amount: int, available: int) -> NotEnoughCredits:
    return NotEnoughCredits(
        f"This costs {amount:,} credits and you have {available:,}. "
        "Ask for fewer pictures, or ask an admin for credits."
    )
