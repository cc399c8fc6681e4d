"""The fault points that a long run has to hit on both sides, and what leads to the rare ones."""

from collections import Counter
from random import Random
from typing import Any

from tests.crash.faults import ANY_COMMIT, SIDES, Fault

Hit = tuple[str, str]
OFTEN = (
    "Intake.book",
    "Admission.admit",
    "Tasks.submitting",
    "Tasks.running",
    "Tasks.progress",
    "Tasks.done",
    "Board.begin_card",
    "Board.card_posted",
    "Board.card_shown",
    "Board.begin_ping",
    "Board.ping_posted",
    "blobs.keep",
    "provider.submit",
    "provider.poll",
    "provider.download",
    "discord.create",
    "discord.edit",
)
AT_PROVIDER = {"submit": "ok", "before_s": 0.0, "after_s": 0.0, "job_s": 5.0, "cancel_after_s": 1.5}
SELDOM: dict[str, dict[str, Any]] = {
    "Tasks.fail": {"submit": "refuse"},
    "Tasks.unknown": {"variant": "none", "submit": "drop"},
    "Tasks.not_sent": {"submit": "busy", "before_s": 0.0},
    "Tasks.cancel": {"cancel_after_s": 0.0},
    "Tasks.cancelled": AT_PROVIDER,
    "provider.cancel": AT_PROVIDER,
    "provider.lookup": {"variant": "lookup", "submit": "drop"},
}
# Along with which request these come tells its number: with five of them all are there.
BY_HAND = (
    "Treasury.give",
    "Treasury.grant",
    "Treasury.take",
    "Sponsors.start",
    "Erasures.ask",
    "Erasures.once",
    "Board.card_deleted",
    "discord.delete",
)
WANTED = (*OFTEN, *SELDOM, *BY_HAND)
# Without these a run is worthless, so they come first.
FIRST = (("Tasks.submitting", "after"), ("Board.begin_card", "after"))
ANY_SHARE = 0.2
NTH_MAX = 40


def aim(random: Random, hits: Counter[Hit]) -> Fault:
    """Return where the next process ends itself: mostly at what was hit the least so far."""
    for first in FIRST:
        if not hits[first]:
            return Fault(*first)
    if random.random() < ANY_SHARE:
        return Fault(ANY_COMMIT, random.choice(SIDES), random.randint(1, NTH_MAX))
    sides = [(kind, side) for kind in WANTED for side in SIDES]
    fewest = min(hits[each] for each in sides)
    kind, side = random.choice([each for each in sides if hits[each] == fewest])
    return Fault(kind, side, random.choice((1, 1, 2, 3)) if kind in OFTEN else 1)


def missing(hits: Counter[Hit]) -> list[str]:
    """Return what was never hit."""
    return [f"{kind} {side}" for kind in WANTED for side in SIDES if not hits[kind, side]]
