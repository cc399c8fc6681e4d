"""What each connection is told before its first statement."""

from pathlib import Path

import pytest
from sqlalchemy import text

from bot.db.engine import Database
from tests.databases import fresh

SYNCED = 2


@pytest.mark.synced
@pytest.mark.parametrize("of", ["write", "read", "read_first"])
async def test_no_commit_is_lost_in_a_power_cut_and_keys_are_kept(of: str, tmp_path: Path) -> None:
    fresh(tmp_path / "db.sqlite3")
    db = Database(tmp_path / "db.sqlite3")
    async with getattr(db, of)() as session:
        told = [
            await session.scalar(text(f"PRAGMA {name}"))
            for name in ("synchronous", "journal_mode", "foreign_keys", "query_only")
        ]
    await db.close()
    assert told == [SYNCED, "wal", 1, int(of != "write")]
