"""The books under any order of operations, and under many at once."""

import asyncio
from pathlib import Path

from hypothesis import HealthCheck, settings

from bot.services.ledger import user_code
from tests.ledger_machine import Credits
from tests.services.money import ALICE, HOME, opened

TestCredits = Credits.TestCase
TestCredits.settings = settings(
    max_examples=6,
    stateful_step_count=20,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


async def test_of_two_hundred_spends_of_a_balance_for_twenty_exactly_twenty_succeed(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as money:
        account = (await money.purse(HOME, ALICE)).account_id

        async def spend(n: int) -> bool:
            async with money.db.write() as session:
                key = f"hold:{n}"
                return await money.ledger.hold(
                    session, key, account, 5, task_seq=None, actor_id=None
                )

        held = await asyncio.gather(*(spend(n) for n in range(200)))
        assert sum(held) == 20
        assert await money.has(user_code(HOME, ALICE)) == 0
