"""A member pays for a thread: credits set aside until they are spent, or until a time."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.credits import Sponsorship
from bot.db.engine import Database
from bot.db.models import Account, Person, Transfer
from bot.errors import BadOption, NotEnoughCredits, NotYours
from bot.services import amounts, prefs
from bot.services.ledger import Ledger, Purpose, pool_code, sponsor_code, user_code
from bot.services.ports import Clock

TAKEN = "Somebody else pays for this thread already. Nothing was moved."
NONE_HERE = "Nobody pays for this thread. Nothing was changed."
FORGOTTEN = "deleted:"


@dataclass(frozen=True, slots=True)
class Sponsored:
    """A thread that somebody pays for; `held` is what live edits in it hold."""

    thread_id: int
    sponsor_id: int | None
    available: int
    held: int
    until: datetime | None


class Sponsors:
    """Moves credits in and back; what live edits hold comes back once they end."""

    def __init__(self, db: Database, clock: Clock, ledger: Ledger) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger

    async def start(
        self, guild_id: int, thread_id: int, user_id: int, amount: int,
        until: datetime | None, key: str,
    ) -> Sponsored:  # fmt: skip
        """Set credits aside, or more of them; the same key a second time changes nothing."""
        amounts.check(amount)
        async with self._db.write() as session:
            await self._sweep(session, Sponsorship.thread_id == thread_id)
            if not await self._ledger.used(session, key):
                person = await prefs.person_id(session, user_id, self._clock)
                purse = await self._ledger.account(session, user_code(guild_id, user_id))
                pot = await self._ledger.account(session, sponsor_code(thread_id))
                await self._open(session, guild_id, thread_id, (person, purse, pot), until)
                if not await self._ledger.move(
                    session, key, purse, pot, amount, actor_id=person, purpose=Purpose.SPONSOR
                ):
                    have = (await self._ledger.balance_of(session, purse))[0]
                    raise NotEnoughCredits(amounts.too_few(amount, have))
            found = await _found(session, thread_id)
        if found is None:
            raise BadOption(NONE_HERE)
        return found

    async def stop(self, thread_id: int, user_id: int, *, may_manage: bool) -> Sponsored:
        """End it now; what is not held goes back at once. Gives what it was."""
        async with self._db.write() as session:
            found = await _found(session, thread_id)
            if found is None:
                raise BadOption(NONE_HERE)
            if found.sponsor_id != user_id and not may_manage:
                raise NotYours
            ended = update(Sponsorship).where(
                Sponsorship.thread_id == thread_id, Sponsorship.closed_at.is_(None)
            )
            await session.execute(ended.values(ended_at=self._clock.now()))
            await self._sweep(session, Sponsorship.thread_id == thread_id)
        return found

    async def seen(self, thread_id: int) -> Sponsored | None:
        """Who pays for a thread now."""
        async with self._db.read() as session:
            return await _found(session, thread_id)

    async def sweep(self) -> None:
        """Give back what is left wherever the time is over or nothing is left."""
        async with self._db.write() as session:
            await self._sweep(session)

    async def end_all(self, session: AsyncSession, person_id: int) -> None:
        """End everything that a member pays for, in the caller's transaction."""
        theirs = Sponsorship.person_id == person_id
        ended = update(Sponsorship).where(theirs, Sponsorship.ended_at.is_(None))
        await session.execute(ended.values(ended_at=self._clock.now()))
        await self._sweep(session, theirs)

    async def _open(
        self,
        session: AsyncSession,
        guild_id: int,
        thread_id: int,
        ids: tuple[int, int, int],
        until: datetime | None,
    ) -> None:
        person, purse, pot = ids
        query = select(Sponsorship).where(
            Sponsorship.thread_id == thread_id, Sponsorship.closed_at.is_(None)
        )
        row = (await session.execute(query)).scalar()
        if row is None:
            values = {"guild_id": guild_id, "thread_id": thread_id, "person_id": person}
            accounts = {"account_id": pot, "back_account_id": purse}
            await session.execute(
                insert(Sponsorship).values(
                    **values, **accounts, until=until, started_at=self._clock.now()
                )
            )
            return
        if row.person_id != person:
            raise BadOption(TAKEN)
        row.until, row.ended_at = until, None

    async def _sweep(self, session: AsyncSession, *where: ColumnElement[bool]) -> None:
        now = self._clock.now()
        over = or_(Sponsorship.ended_at.is_not(None), Sponsorship.until <= now)
        query = (
            select(Sponsorship, Account.available, Account.held)
            .join(Account, Account.id == Sponsorship.account_id)
            .where(Sponsorship.closed_at.is_(None), *where)
            .where(or_(over, (Account.available == 0) & (Account.held == 0)))
        )
        for row in (await session.execute(query)).all():
            sponsorship, available, held = row
            if available:
                await self._give_back(session, sponsorship, available)
            sponsorship.ended_at = sponsorship.ended_at or now
            if not held:
                sponsorship.closed_at = now

    async def _give_back(self, session: AsyncSession, row: Sponsorship, amount: int) -> None:
        pot = row.account_id
        touched = or_(Transfer.from_id == pot, Transfer.to_id == pot)
        # The pot's last transfer names this moment, whoever comes to it first.
        last = (await session.execute(select(func.max(Transfer.id)).where(touched))).scalar_one()
        target = await self._target(session, row)
        key = f"back:{row.id}:{last}"
        await self._ledger.move(session, key, pot, target, amount, purpose=Purpose.BACK)

    async def _target(self, session: AsyncSession, sponsorship: Sponsorship) -> int:
        """The sponsor's purse; the server's pool once the sponsor is forgotten."""
        query = select(Account.code).where(Account.id == sponsorship.back_account_id)
        code = (await session.execute(query)).scalar_one()
        if not code.startswith(FORGOTTEN):
            return sponsorship.back_account_id
        return await self._ledger.account(session, pool_code(sponsorship.guild_id))


async def _found(session: AsyncSession, thread_id: int) -> Sponsored | None:
    query = (
        select(
            Sponsorship.thread_id,
            Person.discord_id,
            Account.available,
            Account.held,
            Sponsorship.until,
        )
        .join(Account, Account.id == Sponsorship.account_id)
        .join(Person, Person.id == Sponsorship.person_id)
        .where(
            Sponsorship.thread_id == thread_id,
            Sponsorship.closed_at.is_(None),
            Sponsorship.ended_at.is_(None),
        )
    )
    row = (await session.execute(query)).first()
    return Sponsored(*row) if row else None
