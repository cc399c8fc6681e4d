"""Recomputes the books in the background, so that what is wrong is seen without being asked for."""

import asyncio
import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.db.engine import Database
from bot.services import findings
from bot.services.findings import Findings
from bot.services.ports import Clock

log = logging.getLogger(__name__)
EVERY_S = 24 * 3600.0


class Audit:
    """Reads all transfers at the start and once a day; `found` is set whenever it has looked."""

    def __init__(self, db: Database, clock: Clock) -> None:
        self._db = db
        self._clock = clock
        self.drifted = 0
        self.checked_at: datetime | None = None
        self.findings: Findings | None = None
        self.found = asyncio.Event()

    async def run(self) -> None:
        """Check at once and every night until cancelled."""
        while True:
            await self.once()
            await self._clock.sleep(EVERY_S)

    async def once(self) -> None:
        """Recompute everything and log what is wrong."""
        try:
            async with self._db.read() as session:
                seen = await findings.look(session)
        except (SQLAlchemyError, OSError) as error:
            log.warning("the ledger could not be checked: %s", error)
            return
        if not seen.sound:
            log.error(
                "the ledger is wrong in %d places (%d balances drift, %d tasks, %d holds, sum %d); "
                "see `inpaint-bot ledger check`",
                seen.count, len(seen.drifts), len(seen.tasks), len(seen.holds), seen.total,
            )  # fmt: skip
        self.drifted, self.checked_at, self.findings = len(seen.drifts), self._clock.now(), seen
        self.found.set()
