"""Credits on a real file, with a clock in hand, for whoever tests the services of money."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bot.db.engine import Database
from bot.services import findings
from bot.services.allowance import Allowances, Member
from bot.services.booking import Booking, Purse
from bot.services.findings import Findings
from bot.services.grants import grant
from bot.services.ledger import Ledger, pool_code, user_code
from bot.services.payers import Spot
from bot.services.rulebook import Rulebook
from bot.services.sponsors import Sponsors
from bot.services.treasury import Treasury
from tests.databases import fresh
from tests.fakes import FakeClock

HOME, AWAY, CHANNEL = 9, 10, 77
ALICE, BOB, ADMIN = 101, 102, 103
FIRST = 100


@dataclass
class Money:
    """The services of one file; `held` are the holds that are open."""

    db: Database
    clock: FakeClock
    first: int = FIRST
    ledger: Ledger = field(init=False)
    allowances: Allowances = field(init=False)
    booking: Booking = field(init=False)
    treasury: Treasury = field(init=False)
    sponsors: Sponsors = field(init=False)
    rulebook: Rulebook = field(init=False)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.clock)
        self.allowances = Allowances(self.ledger, self.clock, (HOME,), self.first)
        self.booking = Booking(self.ledger, self.clock, self.allowances)
        self.treasury = Treasury(self.db, self.clock, self.ledger, self.allowances)
        self.sponsors = Sponsors(self.db, self.clock, self.ledger)
        self.rulebook = Rulebook(self.db, self.clock, self.ledger, self.allowances)

    async def fill(self, guild_id: int, amount: int, key: str = "fill") -> None:
        async with self.db.write() as session:
            await grant(session, self.ledger, pool_code(guild_id), amount, key)

    async def purse(self, guild_id: int, user_id: int, *roles: int) -> Purse:
        async with self.db.write() as session:
            member = Member(guild_id, user_id, frozenset(roles))
            return await self.booking.purse(session, member)

    async def payer(self, guild_id: int, user_id: int, amount: int, channel: int = CHANNEL) -> str:
        """The code of the account that would pay."""
        async with self.db.write() as session:
            account = await self.booking.payer(session, Spot(guild_id, channel, user_id), amount)
            for code in (user_code(guild_id, user_id), pool_code(guild_id), f"sponsor:{channel}"):
                if await self.ledger.find(session, code) == account:
                    return code
        raise AssertionError(account)

    async def has(self, code: str) -> int:
        async with self.db.read() as session:
            return (await self.ledger.balance(session, code))[0]

    async def look(self) -> Findings:
        async with self.db.read() as session:
            return await findings.look(session)


@asynccontextmanager
async def opened(folder: Path, first: int = FIRST) -> AsyncGenerator[Money]:
    path = folder / "db.sqlite3"
    await asyncio.to_thread(fresh, path)
    db = Database(path)
    try:
        yield Money(db, FakeClock(), first)
    finally:
        await db.close()
