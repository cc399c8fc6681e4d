"""What is kept for a transaction: asked for once, never older than what the same one wrote."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.db.engine import Database
from bot.db.once import once
from bot.services import economy, forgotten, guild_rules, pauses
from bot.services.economy import Economy, Payer
from bot.services.guild_rules import GuildRules
from bot.services.pauses import Pause, Why
from tests.databases import fresh
from tests.fakes import FakeClock

GUILD, MEMBER = 9, 101
NOW = datetime(2026, 11, 1, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def db(tmp_path: Path) -> AsyncGenerator[Database]:
    fresh(tmp_path / "db.sqlite3")
    made = Database(tmp_path / "db.sqlite3")
    yield made
    await made.close()


async def test_it_is_asked_for_once_a_transaction(db: Database) -> None:
    asked: list[int] = []

    async def ask() -> int:
        asked.append(1)
        return len(asked)

    for expected in (1, 2):
        async with db.read() as session:
            assert [await once(session, "x", ask) for _ in range(3)] == [expected] * 3


async def test_a_servers_row_is_read_as_it_was_just_written(db: Database) -> None:
    rules = GuildRules(paused=True)
    rich = Economy(payers=(Payer.POOL,), multipliers={"some": Decimal(2)})
    async with db.write() as session:
        assert await guild_rules.load(session, GUILD) == GuildRules()
        assert await economy.load(session, GUILD) == Economy()
        await guild_rules.store(session, GUILD, rules, FakeClock())
        assert await guild_rules.load(session, GUILD) == rules
        await economy.store(session, GUILD, rich, FakeClock())
        assert await economy.load(session, GUILD) == rich
        assert await guild_rules.load(session, GUILD) == rules
        assert await guild_rules.load(session, GUILD + 1) == GuildRules()


async def test_pauses_are_read_as_they_were_just_written(db: Database) -> None:
    pause = Pause("some", Why.FAULTS, NOW, LATER)
    async with db.write() as session:
        assert await pauses.kept(session) == []
        assert await pauses.put(session, pause)
        assert await pauses.kept(session) == [pause]
        await pauses.put_off(session, pause, LATER + timedelta(hours=1))
        (put_off,) = await pauses.kept(session)
        assert (put_off.until, put_off.tries) == (LATER + timedelta(hours=1), 1)
        await pauses.lift(session, "some", Why.FAULTS)
        assert await pauses.kept(session) == []


async def test_the_first_who_is_forgotten_is_known_at_once(db: Database) -> None:
    async with db.write() as session:
        assert not await forgotten.was_here(session, GUILD, MEMBER)
        await forgotten.remember(session, GUILD, MEMBER)
        assert await forgotten.was_here(session, GUILD, MEMBER)
        assert not await forgotten.was_here(session, GUILD, MEMBER + 1)
