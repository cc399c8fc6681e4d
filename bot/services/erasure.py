"""Forgetting a member: live edits end first, then everything that is theirs goes at once.

The rows say who asked, so that a restart in between forgets nobody's wish.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, exists, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.credits import Erasure, TransferReason
from bot.db.engine import Database, after_commit
from bot.db.guilds import GuildBlock, GuildChange
from bot.db.models import Account, MemberPreferences, Person, ResultRow, TaskRow, Transfer
from bot.db.picks import HintTold, Pick
from bot.domain import HOLDING, CardState, TaskState
from bot.services import forgotten, payers
from bot.services.ledger import Ledger, Purpose, pool_code
from bot.services.ports import Clock
from bot.services.retention import EMPTIED, Retention
from bot.services.signals import Signals
from bot.services.sponsors import FORGOTTEN, Sponsors
from bot.services.tasks import Tasks

log = logging.getLogger(__name__)
EVERY_S = 30.0
NOBODY = "a member who was forgotten"
LIVE = (*HOLDING, TaskState.DRAFT)


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of the wish: done, or waiting for so many edits; None: nothing was kept."""

    live: int | None


class Erasures:
    """Takes wishes and carries them out; `wanted` is set when there is one."""

    def __init__(
        self,
        db: Database,
        clock: Clock,
        ledger: Ledger,
        tasks: Tasks,
        sponsors: Sponsors,
        retention: Retention,
        signals: Signals,
    ) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._tasks = tasks
        self._sponsors = sponsors
        self._retention = retention
        self._signals = signals
        self.wanted = asyncio.Event()

    async def run(self) -> None:
        """Carry out what waits, until cancelled."""
        while True:
            self.wanted.clear()
            await self.once()
            await self._sponsors.sweep()
            await self._pause()

    async def ask(self, user_id: int) -> Asked:
        """Write the wish down, take back what can be, and forget the member as soon as may be."""
        async with self._db.write() as session:
            for about_messages in (Pick, HintTold):  # kept of whoever was never here before, too
                theirs = about_messages.user_id == user_id
                await session.execute(delete(about_messages).where(theirs))
            query = select(Person.id).where(Person.discord_id == user_id)
            person_id = (await session.execute(query)).scalar()
            if person_id is None:
                return Asked(None)
            wish = insert(Erasure).values(person_id=person_id, asked_at=self._clock.now())
            await session.execute(wish.on_conflict_do_nothing())
            live = select(TaskRow.id).where(TaskRow.person_id == person_id, TaskRow.state.in_(LIVE))
            task_ids = list((await session.execute(live)).scalars())
        for task_id in task_ids:
            await self._tasks.cancel(task_id, user_id, may_manage=False)
        left = await self._live(person_id)
        if not left:
            await self.once()
        self.wanted.set()
        return Asked(left)

    async def once(self) -> None:
        """Forget everybody who asked and has nothing live."""
        busy = exists().where(TaskRow.person_id == Erasure.person_id, TaskRow.state.in_(LIVE))
        query = select(Erasure.person_id).where(Erasure.done_at.is_(None), ~busy)
        async with self._db.read() as session:
            ready = list((await session.execute(query)).scalars())
        for person_id in ready:
            async with self._db.write() as session:
                await self._forget(session, person_id)
        if ready:
            log.info("forgot %d members who asked for it", len(ready))
            await self._retention.once()

    async def _live(self, person_id: int) -> int:
        query = select(func.count()).where(TaskRow.person_id == person_id, TaskRow.state.in_(LIVE))
        async with self._db.read() as session:
            return int((await session.execute(query)).scalar_one())

    async def _forget(self, session: AsyncSession, person_id: int) -> None:
        query = select(Person.discord_id).where(Person.id == person_id)
        user_id = (await session.execute(query)).scalar()
        if user_id is not None:
            await self._sponsors.end_all(session, person_id)
            closed = await self._close_accounts(session, person_id, user_id)
            await self._empty_tasks(session, person_id)
            await _wipe_words(session, person_id, user_id, closed)
        nameless = update(Person).where(Person.id == person_id).values(discord_id=None)
        await session.execute(nameless)
        done = update(Erasure).where(Erasure.person_id == person_id)
        await session.execute(done.values(done_at=self._clock.now()))

    async def _close_accounts(
        self, session: AsyncSession, person_id: int, user_id: int
    ) -> list[int]:
        """What is left goes to the server's pool, or back to where it was made."""
        query = select(Account.id, Account.code, Account.available).where(
            Account.code.like(f"user:%:{user_id}")
        )
        rows = (await session.execute(query)).all()
        for account_id, code, available in rows:
            guild_id = int(code.split(":")[1])
            await self._remember(session, guild_id, user_id, person_id)
            if available:
                to_id = await self._heir(session, guild_id)
                await self._ledger.move(
                    session, f"forget:{account_id}", account_id, to_id, available,
                    actor_id=person_id, purpose=Purpose.FORGET,
                )  # fmt: skip
            closed = update(Account).where(Account.id == account_id)
            await session.execute(closed.values(code=f"{FORGOTTEN}{account_id}"))
        return [row[0] for row in rows]

    async def _remember(
        self, session: AsyncSession, guild_id: int, user_id: int, person_id: int
    ) -> None:
        """Keep the mark; with it, for today, what they spent of the pool."""
        await forgotten.remember(session, guild_id, user_id)
        pool = await self._ledger.find(session, pool_code(guild_id))
        now = self._clock.now()
        if pool and (spent := await payers.spent_today(session, pool, person_id, now)):
            await forgotten.keep_spent(session, guild_id, user_id, spent, now)

    async def _heir(self, session: AsyncSession, guild_id: int) -> int:
        if guild_id == 0:
            return await self._ledger.issuance(session)
        return await self._ledger.account(session, pool_code(guild_id))

    async def _empty_tasks(self, session: AsyncSession, person_id: int) -> None:
        now, theirs = self._clock.now(), TaskRow.person_id == person_id
        task_ids = list((await session.execute(select(TaskRow.id).where(theirs))).scalars())
        reply = {"reply_token": None, "reply_expires_at": None, "reply_application_id": None}
        said: dict[str, object] = {"error_text": None, "notes": [], "draft_reason": None}
        emptied = update(TaskRow).where(theirs).values(**EMPTIED, **reply, **said, let_go_at=now)
        await session.execute(emptied)
        mine = select(TaskRow.id).where(theirs)
        await session.execute(
            update(ResultRow).where(ResultRow.task_id.in_(mine)).values(blob=None)
        )
        # One that is being posted, or was when a process died, may be in the channel already.
        begun = and_(TaskRow.card_state == CardState.NONE, TaskRow.card_posting_at.is_not(None))
        # One that could not be changed any more keeps its id: perhaps it can be taken away by now.
        there = and_(TaskRow.card_state == CardState.LOST, TaskRow.message_id.is_not(None))
        for before, after in (
            (or_(TaskRow.card_state == CardState.POSTED, begun, there), CardState.DELETING),
            (TaskRow.card_state == CardState.NONE, CardState.LOST),
        ):
            cards = update(TaskRow).where(theirs, before)
            await session.execute(cards.values(card_state=after, view_rev=TaskRow.view_rev + 1))
        for task_id in task_ids:
            after_commit(session, lambda each=task_id: self._signals.changed(each))

    async def _pause(self) -> None:
        waits = {
            asyncio.ensure_future(self.wanted.wait()),
            asyncio.ensure_future(self._clock.sleep(EVERY_S)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in waits:
                each.cancel()


async def _wipe_words(
    session: AsyncSession, person_id: int, user_id: int, accounts: Sequence[int]
) -> None:
    """Preferences, blocks, reasons, and what the log says about the member."""
    liked = delete(MemberPreferences).where(MemberPreferences.person_id == person_id)
    await session.execute(liked)
    await session.execute(delete(GuildBlock).where(GuildBlock.person_id == person_id))
    about = select(Transfer.id).where(
        or_(
            Transfer.actor_id == person_id,
            Transfer.from_id.in_(accounts),
            Transfer.to_id.in_(accounts),
        )
    )
    await session.execute(delete(TransferReason).where(TransferReason.transfer_id.in_(about)))
    name = f"<@{user_id}>"
    for column in (GuildChange.before, GuildChange.after):
        # The whole text goes: what an admin wrote of the member stands beside the name.
        named = update(GuildChange).where(column.contains(name))
        await session.execute(named.values({column: NOBODY}))
