"""How soon members with a few edits start when one member has queued many before them."""

from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, at_most
from tests.services.fairness import LAST_PLACE_MAX, MEMBERS, OF_EACH, OF_ONE, last_place

PART = "fair"


async def run() -> list[Figure]:
    """One place in the order of all starts."""
    with TemporaryDirectory() as name:
        place = await last_place(Path(name))
    what = f"{OF_ONE} of one member, then {OF_EACH} of {MEMBERS} each: the last starts as"
    return [Figure(PART, what, place, "", at_most(LAST_PLACE_MAX))]
