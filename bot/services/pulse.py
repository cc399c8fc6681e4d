"""Tries every few seconds what readiness promises: that a row can be written and workers run."""

import logging
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from bot.services.facts import Facts
from bot.services.health import Part
from bot.services.ports import Clock, Pictures

log = logging.getLogger(__name__)
EVERY_S = 15.0
# A write that hangs ends in no error, so a missing one counts as well.
LATE_S = 60.0
KEY = "pulse"


class Pulse:
    """Only a write tells a full disk, a read-only file and a stuck writer from a sound database."""

    def __init__(self, facts: Facts, pictures: Pictures, clock: Clock) -> None:
        self._facts = facts
        self._pictures = pictures
        self._clock = clock
        self._beat_at: datetime | None = None
        self._trouble = ""
        self._no_workers = ""

    async def run(self) -> None:
        """Beat until cancelled."""
        while True:
            await self.beat()
            await self._clock.sleep(EVERY_S)

    async def beat(self) -> None:
        """Replace workers that died while idle, then write one row."""
        self._no_workers = await self._mended()
        trouble = await self._written()
        if trouble and not self._trouble:
            log.error("the database takes no writes: %s", trouble)
        elif self._trouble and not trouble:
            log.info("the database takes writes again")
        self._trouble = trouble

    def database(self) -> Part:
        """Whether the last write went well, and was not long ago."""
        if self._trouble:
            return Part(False, self._trouble)
        if self._beat_at is None:
            return Part(False, "no write yet")
        age_s = (self._clock.now() - self._beat_at).total_seconds()
        return Part(age_s <= LATE_S, f"last write {age_s:.0f} s ago")

    def workers(self) -> Part:
        """Whether pictures can be worked on."""
        if self._pictures.is_up:
            return Part(True, f"{self._pictures.restarts} restarts")
        return Part(False, self._no_workers or "not running")

    async def _mended(self) -> str:
        try:
            await self._pictures.mend()
        except OSError as error:
            return str(error)
        return ""

    async def _written(self) -> str:
        try:
            await self._facts.set(KEY, self._clock.now().isoformat())
        except (SQLAlchemyError, OSError) as error:
            return str(getattr(error, "orig", None) or error)
        self._beat_at = self._clock.now()
        return ""
