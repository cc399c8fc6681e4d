"""What people do with credits by hand in a server: give, grant, take, set; all under a key."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.db.engine import Database
from bot.errors import BadOption, NotEnoughCredits
from bot.services import amounts, economy, prefs
from bot.services.allowance import Allowances, Due, Member
from bot.services.ledger import Ledger, Purpose, pool_code, user_code
from bot.services.payers import Payers, Pocket, Spot
from bot.services.ports import Clock

REASON_LENGTH_MAX = 200
GIFT = "give"  # what the keys of gifts begin with
TO_ONESELF = "You cannot give credits to yourself. Nothing was moved."
EMPTY_POOL = (
    "That takes {amount:,} credits and this server's pool has {pool:,}, so nothing was moved. "
    "Only the operator of the bot fills the pool, with `inpaint-bot ledger grant pool:{guild_id} "
    "CREDITS`."
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it to whom, where and why; `key` is made before anything moves."""

    guild_id: int
    actor_id: int
    user_id: int
    key: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What was moved, and what the member it was about has after it."""

    amount: int
    available: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A member's credits, and what the look at them granted."""

    available: int
    held: int
    pool: int
    granted: Due


class Treasury:
    """One transaction each; the same key a second time changes nothing."""

    def __init__(self, db: Database, clock: Clock, ledger: Ledger, allowances: Allowances) -> None:
        self._db = db
        self._clock = clock
        self._ledger = ledger
        self._allowances = allowances
        self._payers = Payers(ledger, clock)

    async def pockets(self, spot: Spot) -> Sequence[Pocket]:
        """Who would pay for an edit here, in order, and how much at most."""
        async with self._db.read() as session:
            return await self._payers.pockets(session, spot)

    async def standing(self, member: Member) -> Standing:
        """What a member has; what is due is granted on the way."""
        code = user_code(member.guild_id, member.user_id)
        async with self._db.read() as session:
            due = await self._allowances.due(session, member)
            seen = await self._standing(session, member, due)
        if not due.grants:
            return seen
        async with self._db.write() as session:
            await prefs.person_id(session, member.user_id, self._clock)
            account = await self._ledger.account(session, code)
            granted = await self._allowances.give(session, member, account)
            return await self._standing(session, member, granted)

    async def _standing(self, session: AsyncSession, member: Member, due: Due) -> Standing:
        code = user_code(member.guild_id, member.user_id)
        available, held = await self._ledger.balance(session, code)
        pool, _ = await self._ledger.balance(session, pool_code(member.guild_id))
        return Standing(available, held, pool, due)

    async def confirm_above(self, guild_id: int) -> int:
        """From which amount on a gift has to be confirmed in this server."""
        async with self._db.read() as session:
            return (await economy.load(session, guild_id)).confirm_above

    async def give(self, deed: Deed, amount: int) -> Moved:
        """A gift between members. Gives what the giver has left."""
        amounts.check(amount)
        if deed.user_id == deed.actor_id:
            raise BadOption(TO_ONESELF)
        async with self._db.write() as session:
            source = await self._purse(session, deed.guild_id, deed.actor_id)
            target = await self._purse(session, deed.guild_id, deed.user_id)
            moved = await self._once(session, deed, (source, target), amount, Purpose.GIVE)
            have = (await self._ledger.balance_of(session, source))[0]
            if not moved:
                raise NotEnoughCredits(amounts.too_few(amount, have))
            return Moved(amount, have)

    async def grant(self, deed: Deed, amount: int) -> Moved:
        """Credits for a member: new ones at home, out of the pool elsewhere."""
        amounts.check(amount)
        async with self._db.write() as session:
            return await self._grant(session, deed, amount)

    async def take(self, deed: Deed, amount: int) -> Moved:
        """Credits of a member into the server's pool, as far as they are not held."""
        amounts.check(amount)
        async with self._db.write() as session:
            return await self._take(session, deed, amount)

    async def set(self, deed: Deed, level: int) -> Moved:
        """Bring what a member has available to a level, by a grant or by taking."""
        amounts.check(level, least=0)
        async with self._db.write() as session:
            target = await self._purse(session, deed.guild_id, deed.user_id)
            have = (await self._ledger.balance_of(session, target))[0]
            if have == level or await self._ledger.used(session, deed.key):
                return Moved(0, have)
            if have < level:
                return await self._grant(session, deed, level - have)
            taken = await self._take(session, deed, have - level)
            return Moved(-taken.amount, taken.available)

    async def _grant(self, session: AsyncSession, deed: Deed, amount: int) -> Moved:
        source = await self._allowances.source(session, deed.guild_id)
        target = await self._purse(session, deed.guild_id, deed.user_id)
        if not await self._once(session, deed, (source, target), amount, Purpose.GRANT):
            pool = (await self._ledger.balance_of(session, source))[0]
            raise NotEnoughCredits(
                EMPTY_POOL.format(amount=amount, pool=pool, guild_id=deed.guild_id)
            )
        return Moved(amount, (await self._ledger.balance_of(session, target))[0])

    async def _take(self, session: AsyncSession, deed: Deed, amount: int) -> Moved:
        source = await self._purse(session, deed.guild_id, deed.user_id)
        pool = await self._ledger.account(session, pool_code(deed.guild_id))
        moved = await self._once(session, deed, (source, pool), amount, Purpose.TAKE)
        have = (await self._ledger.balance_of(session, source))[0]
        if not moved:
            raise NotEnoughCredits(
                f"That takes {amount:,} credits and <@{deed.user_id}> has {have:,} that are not "
                "held. Nothing was moved."
            )
        return Moved(amount, have)

    async def _purse(self, session: AsyncSession, guild_id: int, user_id: int) -> int:
        return await self._ledger.account(session, user_code(guild_id, user_id))

    async def _once(
        self,
        session: AsyncSession,
        deed: Deed,
        between: tuple[int, int],
        amount: int,
        purpose: Purpose,
    ) -> bool:
        """Move, unless this key did so before; False when the source does not cover it."""
        if await self._ledger.used(session, deed.key):
            return True
        actor = await prefs.person_id(session, deed.actor_id, self._clock)
        moved = await self._ledger.move(
            session, deed.key, *between, amount, actor_id=actor, purpose=purpose
        )
        if moved:
            reason = " ".join(deed.reason.split())[:REASON_LENGTH_MAX]
            await self._ledger.explain(session, deed.key, reason)
        return moved
