"""The table: each errand, each fault, and how long it lasts; and how one case is gone through."""

import traceback
from dataclasses import dataclass
from itertools import product

from tests.cogs.world import World
from tests.rest import proof
from tests.rest.errands import ERRANDS, Errand
from tests.rest.faults import FAULTS, Fault
from tests.rest.threads import ARCHIVED, LOCKED
from tests.rest.wire import Wire

FEW = 3
TIMES = (1, FEW, None)
OF_THREADS = (ARCHIVED.name, LOCKED.name)
A_WHILE_S = 30.0
# The provider is patient: fake time passes faster than its work is done.
DEADLINE_S = 86_400.0


@dataclass(frozen=True)
class Case:
    """A fault that breaks the next few requests of a route, or all of them for 20 minutes."""

    errand: Errand
    fault: Fault
    times: int | None

    def __str__(self) -> str:
        return f"{self.errand}/{self.fault}/{self.times or 'on'}"


CASES = tuple(Case(*each) for each in product(ERRANDS, FAULTS, TIMES))


def covering() -> list[Case]:
    """Few cases, in which each errand, each fault and each length is met."""
    return [
        Case(ERRANDS[n % len(ERRANDS)], fault, TIMES[n % len(TIMES)])
        for n, fault in enumerate(FAULTS)
    ]


async def tried(world: World, wire: Wire, case: Case) -> str:
    """What is wrong after a case; empty where all is well."""
    try:
        await fares(world, wire, case)
    except Exception as error:  # noqa: BLE001 (whatever it is, the next case is tried, too)
        wire.mend()
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{case}: {type(error).__name__} {error} ({where.name}: {where.line})"[:400]
    return ""


async def fares(world: World, wire: Wire, case: Case) -> None:
    """Send the errand on its way in a channel of its own, and look at what came of it."""
    errand, since = case.errand, len(await world.tasks())
    world.channel = world.guild.create_text_channel(f"channel-{since}")
    await world.env.settle()
    if case.fault.name in OF_THREADS:
        world.channel = world.thread()
        await world.env.settle()
    begun = wire.count(errand.route)
    await errand.run(world, wire, lambda: _break(world, wire, case))
    await proof.passing(world, proof.OUTAGE_S if case.times is None else A_WHILE_S)
    proof.few_calls(wire, errand.route, begun)
    wire.mend()
    # Else time would run on, for who still waits, faster than a command can be answered.
    await proof.until(world.clock, lambda: not wire.waiting)
    await proof.check(world, since, deleted=errand.deletes)
    assert len(await world.tasks()) - since in errand.makes


def _break(world: World, wire: Wire, case: Case) -> None:
    """Begin the fault, in this channel alone where the route is a channel's."""
    route = case.errand.route
    here = f"/channels/{world.channel.id}" if route[1].startswith("/channels/") else ""
    wire.plan(route, case.fault, case.times, here)
