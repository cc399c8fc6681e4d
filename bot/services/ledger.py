"""Double-entry credits: every change of a balance is a transfer written in the same transaction.

Callers own the transaction and the key; the same key a second time changes nothing.
"""

from collections.abc import Sequence
from enum import StrEnum

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.base import table
from bot.db.credits import TransferReason
from bot.db.models import Account, Transfer
from bot.services.ports import Clock
from bot.services.recount import Drift, drifts

ISSUANCE = "issuance"


class Purpose(StrEnum):
    """What a move was for; holds and their resolutions are for their task."""

    FIRST = "first"
    TOPUP = "topup"
    GRANT = "grant"
    TAKE = "take"
    GIVE = "give"
    SPONSOR = "sponsor"
    BACK = "back"
    FORGET = "forget"


_accounts, _transfers = table(Account), table(Transfer)
_FIND = select(_accounts.c.id).where(_accounts.c.code == bindparam("code"))
_OPEN = insert(_accounts)
_USED = select(_transfers.c.id).where(_transfers.c.key == bindparam("key"))
_HOLD = select(_transfers).where(_transfers.c.key == bindparam("key"))
_WRITE = insert(_transfers)
_EXPLAIN = insert(table(TransferReason))
_ADD = (
    update(_accounts)
    .where(_accounts.c.id == bindparam("account_id"))
    .values(
        available=_accounts.c.available + bindparam("more"),
        held=_accounts.c.held + bindparam("more_held"),
    )
)
_TAKE = (
    update(_accounts)
    .where(
        _accounts.c.id == bindparam("account_id"),
        _accounts.c.may_overdraw | (_accounts.c.available >= bindparam("amount")),
    )
    .values(
        available=_accounts.c.available - bindparam("amount"),
        held=_accounts.c.held + bindparam("more_held"),
    )
    .returning(_accounts.c.id)
)


def user_code(guild_id: int, user_id: int) -> str:
    """A member's purse in a guild; guild 0 is their own."""
    return f"user:{guild_id}:{user_id}"


def pool_code(guild_id: int) -> str:
    """What a guild's members own together."""
    return f"pool:{guild_id}"


def sponsor_code(thread_id: int) -> str:
    """What a member set aside for a thread."""
    return f"sponsor:{thread_id}"


def house_code(provider: str) -> str:
    """Where settled credits for a provider end up."""
    return f"house:{provider}"


class Ledger:
    """Holds, resolutions and moves; spending is one conditional UPDATE, never read-then-write."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def account(self, session: AsyncSession, code: str, *, may_overdraw: bool = False) -> int:
        """The id of the account with this code, made when missing."""
        # Writers wait in line, so nobody opens it between the two.
        if (found := await self.find(session, code)) is not None:
            return found
        opened = {"code": code, "may_overdraw": may_overdraw, "created_at": self._clock.now()}
        await session.execute(_OPEN, opened)
        return (await session.execute(_FIND, {"code": code})).scalar_one()

    async def hold(
        self,
        session: AsyncSession,
        key: str,
        account_id: int,
        amount: int,
        *,
        task_seq: int | None,
        actor_id: int | None,
    ) -> bool:
        """Set `amount` aside; False when the account does not cover it."""
        if not await self._take(session, account_id, amount, into_held=True):
            return False
        await self._write(
            session,
            key,
            "hold",
            account_id,
            account_id,
            amount,
            task_seq=task_seq,
            actor_id=actor_id,
        )
        return True

    async def resolve(
        self, session: AsyncSession, hold_key: str, key: str, amount: int, to_code: str
    ) -> None:
        """End a hold: `amount` of it (0 is a refund) goes to `to_code`, the rest back, once."""
        hold = (await session.execute(_HOLD, {"key": hold_key})).one()
        to_id = await self.account(session, to_code)
        await self._write(
            session,
            key,
            "resolve",
            hold.from_id,
            to_id,
            amount,
            resolves_id=hold.id,
            task_seq=hold.task_seq,
        )
        await self._add(session, hold.from_id, available=hold.amount - amount, held=-hold.amount)
        await self._add(session, to_id, available=amount)

    async def move(
        self,
        session: AsyncSession,
        key: str,
        from_id: int,
        to_id: int,
        amount: int,
        *,
        actor_id: int | None = None,
        purpose: Purpose | None = None,
    ) -> bool:
        """Carry credits between accounts; False when the source does not cover it."""
        if not await self._take(session, from_id, amount, into_held=False):
            return False
        await self._write(
            session, key, "move", from_id, to_id, amount, actor_id=actor_id, purpose=purpose
        )
        await self._add(session, to_id, available=amount)
        return True

    async def grant_once(
        self, session: AsyncSession, key: str, account_id: int, amount: int
    ) -> None:
        """Issue new credits to an account, unless this key was used before."""
        if amount <= 0 or await self.used(session, key):
            return
        source = await self.issuance(session)
        await self.move(session, key, source, account_id, amount, purpose=Purpose.GRANT)

    async def issuance(self, session: AsyncSession) -> int:
        """The account that credits are made in."""
        return await self.account(session, ISSUANCE, may_overdraw=True)

    async def explain(self, session: AsyncSession, key: str, reason: str) -> None:
        """Keep why the transfer of this key was made, apart from it."""
        if reason:
            transfer_id = (await session.execute(_USED, {"key": key})).scalar_one()
            await session.execute(_EXPLAIN, {"transfer_id": transfer_id, "reason": reason})

    async def balance(self, session: AsyncSession, code: str) -> tuple[int, int]:
        """What is available and what is held."""
        row = (
            await session.execute(
                select(Account.available, Account.held).where(Account.code == code)
            )
        ).first()
        return (row.available, row.held) if row else (0, 0)

    async def balance_of(self, session: AsyncSession, account_id: int) -> tuple[int, int]:
        """What is available and held in an account by its id."""
        row = await session.execute(
            select(Account.available, Account.held).where(Account.id == account_id)
        )
        available, held = row.one()
        return available, held

    async def find(self, session: AsyncSession, code: str) -> int | None:
        """The id of the account with this code, if it was ever opened."""
        return (await session.execute(_FIND, {"code": code})).scalar()

    async def used(self, session: AsyncSession, key: str) -> bool:
        """Whether a transfer was written under this key."""
        return (await session.execute(_USED, {"key": key})).scalar() is not None

    async def check(self, session: AsyncSession) -> Sequence[Drift]:
        """Every account whose balances the transfers do not explain; empty is right."""
        return await drifts(session)

    async def _take(
        self, session: AsyncSession, account_id: int, amount: int, *, into_held: bool
    ) -> bool:
        more_held = amount if into_held else 0
        values = {"account_id": account_id, "amount": amount, "more_held": more_held}
        taken = await session.execute(_TAKE, values)
        return taken.first() is not None

    async def _add(
        self, session: AsyncSession, account_id: int, *, available: int, held: int = 0
    ) -> None:
        values = {"account_id": account_id, "more": available, "more_held": held}
        await session.execute(_ADD, values)

    async def _write(
        self,
        session: AsyncSession,
        key: str,
        kind: str,
        from_id: int,
        to_id: int,
        amount: int,
        *,
        resolves_id: int | None = None,
        task_seq: int | None = None,
        actor_id: int | None = None,
        purpose: Purpose | None = None,
    ) -> None:
        values = {"key": key, "kind": kind, "from_id": from_id, "to_id": to_id, "amount": amount}
        links = {"resolves_id": resolves_id, "task_seq": task_seq, "actor_id": actor_id}
        await session.execute(
            _WRITE, {**values, **links, "purpose": purpose, "at": self._clock.now()}
        )
