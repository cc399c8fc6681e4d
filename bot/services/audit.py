"""Recomputes every balance in the background, so that drift is seen without being asked for."""

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.db.engine import Database
from bot.services.ledger import Ledger
from bot.services.ports import Clock

log = logging.getLogger(__name__)
EVERY_S = 900.0


class Audit:
    """Reads all transfers, which takes longer as they grow; therefore never for a scrape."""

    def __init__(self, db: Database, ledger: Ledger, clock: Clock) -> None:
        self._db = db
        self._ledger = ledger
        self._clock = clock
        self.drifted = 0
        self.checked_at: datetime | None = None

    async def run(self) -> None:
        """Check every quarter of an hour until cancelled."""
        while True:
            await self.once()
            await self._clock.sleep(EVERY_S)

    async def once(self) -> None:
        """Count the accounts whose balances the transfers do not explain."""
        try:
            async with self._db.read() as session:
                drifts = await self._ledger.check(session)
        except (SQLAlchemyError, OSError) as error:
            log.warning("the ledger could not be checked: %s", error)
            return
        if drifts and len(drifts) != self.drifted:
            log.error("ledger drift in %d accounts; see `inpaint-bot ledger check`", len(drifts))
        self.drifted, self.checked_at = len(drifts), self._clock.now()
