"""Every route against every fault: delivered or kept, paid once, shown once, and no spinning.

The quick tests take a part in which each is met; `make faults` goes through the whole table.
"""

import pytest

from tests.cogs.world import SIMCORD, World
from tests.rest.table import Case, covering, tried
from tests.rest.wire import Wire

pytestmark = SIMCORD
SHARES = 3


@pytest.mark.parametrize("cases", [covering()[n::SHARES] for n in range(SHARES)], ids=range(SHARES))
async def test_an_edit_outlives_what_discord_does(
    world: World, wire: Wire, cases: list[Case]
) -> None:
    world.bugs = (Exception,)
    problems = [await tried(world, wire, case) for case in cases]
    assert not any(problems), "\n".join(problems)
