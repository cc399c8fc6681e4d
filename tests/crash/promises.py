"""Every promise by its name in the table, and the checks that hold it against the evidence."""

from collections.abc import Callable, Iterator

from tests.crash import checks
from tests.crash.checks import Evidence
from tests.crash.erased import erased
from tests.crash.gateway_feed import answered_twice

Check = Callable[[Evidence], Iterator[str]]


def commands(evidence: Evidence) -> Iterator[str]:
    """Of the requests that came over the gateway, none was answered twice."""
    return answered_twice(evidence.events)


PROMISES: dict[str, tuple[Check, ...]] = {
    "lost": (checks.lost, checks.moved, checks.ended),
    "submitted twice": (checks.submitted_twice,),
    "money errors": (checks.unpaid, checks.by_hand, checks.drift),
    "cards or results posted twice or not at all": (checks.cards, checks.pings),
    "wishes to be forgotten not kept": (erased,),
    "files missing or broken": (checks.pictures, checks.files),
    "commands answered twice": (commands,),
    "requests that nobody knows": (checks.strays,),
}
OTHERS = "processes left behind"


def problems(evidence: Evidence) -> dict[str, list[str]]:
    """Return every broken promise."""
    return {
        name: [f"{check.__name__}: {line}" for check in found for line in check(evidence)]
        for name, found in PROMISES.items()
    }
