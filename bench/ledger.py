"""`python -m bench.ledger`: a million transfers, and what reading them costs; prints only.

The file is filled by SQL, as the ledger would have written it: every account's balances are what
its transfers add up to, and the check at the end says so.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from time import perf_counter

from sqlalchemy import text

from bot.db.engine import Database
from bot.db.migrate import upgrade
from bot.services import findings
from bot.services.allowance import Allowances, Member
from bot.services.clock import SystemClock
from bot.services.history import Cursor, Histories
from bot.services.ledger import Ledger
from bot.services.payers import Spot
from bot.services.treasury import Treasury

TRANSFERS, MEMBERS, GUILD = 1_000_000, 200, 9
GRANT, HELD, PAID = 1_000_000_000, 10, 7
TRIES = 50
BALANCE_AIM_MS, HISTORY_AIM_MS = 5.0, 20.0

# One member in ten has half of everything, as it is.
FILL = f"""
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < {TRANSFERS // 2 - 1})
INSERT INTO transfers (id, key, kind, from_id, to_id, amount, resolves_id, at)
SELECT {MEMBERS} + 1 + 2 * i + r.second,
       CASE r.second WHEN 0 THEN 'hold:' ELSE 'resolve:' END || i,
       CASE r.second WHEN 0 THEN 'hold' ELSE 'resolve' END,
       a.id, CASE r.second WHEN 0 THEN a.id ELSE 2 END,
       CASE r.second WHEN 0 THEN {HELD} ELSE {PAID} END,
       CASE r.second WHEN 0 THEN NULL ELSE {MEMBERS} + 1 + 2 * i END,
       1770000000000000 + i
FROM n JOIN (SELECT 0 AS second UNION ALL SELECT 1) AS r
JOIN accounts AS a ON a.id = 3 + CASE i % 2 WHEN 0 THEN i / 2 % {MEMBERS // 10}
                                  ELSE i / 2 % {MEMBERS} END
ORDER BY i, r.second
"""
BALANCES = """
UPDATE accounts SET available = available - (
    SELECT count(*) FROM transfers WHERE kind = 'resolve' AND from_id = accounts.id) * 7
WHERE id > 2
"""


async def fill(db: Database) -> None:
    """Write everything in one transaction."""
    async with db.write() as session:
        run = session.execute
        await run(text("INSERT INTO accounts (id, code, may_overdraw, created_at) VALUES"
                       " (1, 'issuance', 1, 0), (2, 'house:x', 0, 0)"))  # fmt: skip
        for n in range(MEMBERS):
            values = {"id": 3 + n, "code": f"user:{GUILD}:{n + 1}", "grant": GRANT, "t": n + 1}
            await run(text("INSERT INTO accounts (id, code, available, created_at)"
                           " VALUES (:id, :code, :grant, 0)"), values)  # fmt: skip
            await run(text("INSERT INTO transfers (id, key, kind, from_id, to_id, amount, at,"
                           " purpose) VALUES (:t, 'first:' || :id, 'move', 1, :id, :grant, 0,"
                           " 'first')"), values)  # fmt: skip
            await run(text("UPDATE accounts SET available = available - :grant WHERE id = 1"),
                      values)  # fmt: skip
        await run(text(FILL))
        await run(text(BALANCES))
        paid = TRANSFERS // 2 * PAID
        await run(text("UPDATE accounts SET available = :paid WHERE id = 2"), {"paid": paid})


async def timed(act: Callable[[], Awaitable[None]], tries: int = TRIES) -> tuple[float, float]:
    """The median and the worst of some tries, in ms."""
    taken: list[float] = []
    for _ in range(tries):
        begun = perf_counter()
        await act()
        taken.append((perf_counter() - begun) * 1000)
    return sorted(taken)[tries // 2], max(taken)


async def measure(folder: Path) -> bool:
    """Print each figure; False when one is not within its aim."""
    path = folder / "bench.sqlite3"
    await asyncio.to_thread(upgrade, path)
    db, clock = Database(path), SystemClock()
    begun = perf_counter()
    await fill(db)
    _say(f"{TRANSFERS:,} transfers of {MEMBERS} members written in {perf_counter() - begun:.0f} s")
    ledger = Ledger(clock)
    treasury = Treasury(db, clock, ledger, Allowances(ledger, clock, (GUILD,), 0))
    histories, member, spot = Histories(db), Member(GUILD, 1), Spot(GUILD, 77, 1)

    async def balance() -> None:
        await treasury.standing(member)
        await treasury.pockets(spot)

    async def history() -> None:
        await histories.of(GUILD, 1)

    async def old_page() -> None:
        page = await histories.of(GUILD, 1)
        assert page.older
        await histories.of(GUILD, 1, Cursor(TRANSFERS // 2, 5))

    fine = True
    for name, act, aim_ms in (
        ("/credits balance", balance, BALANCE_AIM_MS),
        ("/credits history, the newest page", history, HISTORY_AIM_MS),
        ("/credits history, two pages, one far back", old_page, 2 * HISTORY_AIM_MS),
    ):
        median_ms, worst_ms = await timed(act)
        fine = fine and median_ms < aim_ms
        _say(f"{name}: {median_ms:.1f} ms, worst {worst_ms:.1f} ms (aim {aim_ms:.0f} ms)")
    begun = perf_counter()
    async with db.read() as session:
        found = await findings.look(session)
    _say(f"ledger check: {perf_counter() - begun:.1f} s, {'sound' if found.sound else found}")
    await db.close()
    return fine and found.sound


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Exit with 1 when a figure is not within its aim."""
    with tempfile.TemporaryDirectory() as folder:
        return 0 if asyncio.run(measure(Path(folder))) else 1


if __name__ == "__main__":
    sys.exit(main())
