"""Who pays: the hold of a task, in the transaction that queues it."""

from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from bot.domain import Task
from bot.errors import NotAllowed, NotEnoughCredits
from bot.services import leaving, prefs
from bot.services.allowance import Allowances, Due, Member
from bot.services.economy import Payer
from bot.services.ledger import Ledger, user_code
from bot.services.payers import Payers, Spot, too_few
from bot.services.ports import Clock

LEAVING = (
    "You asked me to forget you, and I wait for your last edits to end. After that you can begin "
    "anew."
)


@dataclass(frozen=True, slots=True)
class Purse:
    """A member with their own account, and what was granted to it on the way."""

    person_id: int
    account_id: int
    granted: Due


class Booking:
    """Opens a member's purse with what it is owed, and holds from whoever pays."""

    def __init__(self, ledger: Ledger, clock: Clock, allowances: Allowances) -> None:
        self._ledger = ledger
        self._clock = clock
        self._allowances = allowances
        self._payers = Payers(ledger, clock)

    async def purse(self, session: AsyncSession, member: Member) -> Purse:
        """The member's purse; what is due comes with it, once.

        Raises NotAllowed for who is about to be forgotten.
        """
        if await leaving.is_leaving(session, member.user_id):
            raise NotAllowed(LEAVING)
        person_id = await prefs.person_id(session, member.user_id, self._clock)
        code = user_code(member.guild_id, member.user_id)
        account_id = await self._ledger.account(session, code)
        granted = await self._allowances.give(session, member, account_id)
        return Purse(person_id, account_id, granted)

    async def check(
        self, session: AsyncSession, member: Member, channel_id: int, amount: int
    ) -> None:
        """Raise NotEnoughCredits when no account covers all of this; writes nothing."""
        if amount == 0:
            return
        due = await self._allowances.due(session, member)
        spot = Spot(member.guild_id, channel_id, member.user_id)
        pockets = [
            replace(pocket, most=pocket.most + due.total) if pocket.payer is Payer.OWN else pocket
            for pocket in await self._payers.pockets(session, spot)
        ]
        if all(pocket.most < amount for pocket in pockets):
            raise too_few(amount, pockets, short=due.short)

    async def payer(self, session: AsyncSession, spot: Spot, amount: int) -> int:
        """The account that pays; raises NotEnoughCredits, which undoes the transaction."""
        return await self._payers.choose(session, spot, amount)

    async def hold(
        self, session: AsyncSession, task: Task, purse: Purse, account_id: int, amount: int
    ) -> None:
        """Set the whole quote aside; raises NotEnoughCredits, which undoes the transaction."""
        held = await self._ledger.hold(
            session,
            f"hold:{task.id}",
            account_id,
            amount,
            task_seq=task.seq,
            actor_id=purse.person_id,
        )
        if not held:
            raise NotEnoughCredits
