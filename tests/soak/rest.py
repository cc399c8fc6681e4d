"""Lets the bot come to rest, and days pass, so that what is left then is what was left behind."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from bot.app import App
from bot.domain import HOLDING, TaskState
from tests.soak.clock import JumpClock

LOOK_S = 0.1
PATIENCE_S = 180.0
LET_GO_S_MAX = 60.0
# Idle connections to Discord are closed after fifteen seconds, those to providers by the next call.
CALM_S = 0.5
DRAFTS_EXPIRE = timedelta(hours=2)
RETENTION = timedelta(days=2)
HOUR, HOUR_TAKES_S = timedelta(hours=1), 2.0
_LIVE = ", ".join(f"'{state.value}'" for state in sorted(HOLDING))
_ENDED = ", ".join(f"'{state.value}'" for state in TaskState if state.is_terminal)
UNSHOWN = (
    f"SELECT count(*) FROM tasks WHERE state IN ({_LIVE}) OR (state IN ({_ENDED})"  # noqa: S608
    " AND queued_at IS NOT NULL AND card_state <> 'lost'"
    " AND (view_rev > view_posted OR reply_token IS NOT NULL))"
)


@dataclass(frozen=True, slots=True)
class Books:
    """What the rows say at a rest."""

    rows: int
    drift: int
    unsettled: int
    ends: dict[str, int]


class Rest:
    """Waits, and puts the clock forward."""

    def __init__(self, app: App, clock: JumpClock) -> None:
        self._app, self._clock = app, clock

    async def shown(self) -> None:
        """Until every edit has ended and shows it."""
        await self._until(UNSHOWN, PATIENCE_S)

    async def let_go(self) -> None:
        """Until the files of all edits are gone: drafts first have to expire."""
        self._clock.jump(DRAFTS_EXPIRE)
        await self._passes("SELECT count(*) FROM tasks WHERE state = 'draft'")
        self._clock.jump(RETENTION)
        await self._passes("SELECT count(*) FROM blobs")
        await self._until_empty()
        await asyncio.sleep(CALM_S)

    async def books(self) -> Books:
        """Recount everything."""
        async with self._app.db.read() as session:
            drift = len(await self._app.ledger.check(session))
            ended = await session.execute(text("SELECT state, count(*) FROM tasks GROUP BY state"))
            ends = Counter({str(state): int(count) for state, count in ended})
            names = ("tasks", "task_events", "results", "transfers", "blobs", "accounts")
            counts = [
                (await session.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one()  # noqa: S608
                for name in names
            ]
        return Books(sum(counts), drift, await _count(self._app, UNSHOWN), dict(ends))

    async def _passes(self, none_left: str) -> None:
        """Let hours pass as well: a loop that was at work when the days passed has missed them."""
        until_s = time.monotonic() + LET_GO_S_MAX
        while await _count(self._app, none_left) and time.monotonic() < until_s:
            await self._until(none_left, HOUR_TAKES_S)
            self._clock.jump(HOUR)

    async def _until(self, none_left: str, patience_s: float) -> None:
        """Give up after a while: what is still there is then seen in the sample."""
        until_s = time.monotonic() + patience_s
        while await _count(self._app, none_left) and time.monotonic() < until_s:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)

    async def _until_empty(self) -> None:
        work, until_s = self._app.settings.data_dir / "work", time.monotonic() + LET_GO_S_MAX
        while any(work.iterdir()) and time.monotonic() < until_s:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_S)


async def _count(app: App, query: str) -> int:
    async with app.db.read() as session:
        return (await session.execute(text(query))).scalar_one()
