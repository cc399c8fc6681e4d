"""Which requests a run makes, and what goes wrong with each: drawn from a seed."""

from random import Random

from tests.crash.provider import VARIANTS
from tests.standin.plans import Plan
from tests.standin.shapes import GUILD_ID

# The first honors nonces and commits a create though its client is gone; the others forget.
FAITHFUL_CHANNELS = (7001,)
FORGETFUL_CHANNELS = (7002, 7003, 7004)
USERS = (501, 502, 503, 504, 505)
SUBMITS = {"ok": 70, "slow": 4, "drop": 8, "deny": 5, "refuse": 4, "busy": 9}
OUTCOMES = {"done": 64, "partial": 20, "failed": 10, "filtered": 6}
# Before the commit it must stay well below the submit time-out: a provider whose answer to a
# lookup is "never came" may not let the call in later.
BEFORE_S_MAX = 0.7
LATE_S = (2.0, 3.0)
LATE_SHARE = 0.04
AFTER_S_MAX = 0.9
JOB_S_MAX = 1.5
# What is done by hand beside the requests, one of these with each, and how many credits it moves.
DEEDS = {"give": 3, "grant": 5, "sponsor": 30}
CANCELLED_SHARE = 0.1
QUICK_SHARE = 0.4


def draw(random: Random, number: int, *, is_late: bool = False) -> Plan:
    """Return one request; a late one is on its way for longer than the bot needs to start."""
    is_late = is_late or random.random() < LATE_SHARE
    count = random.choice((1, 1, 2, 3))
    outcome = _weighted(random, OUTCOMES)
    if outcome == "partial":
        count = random.choice((2, 3))
    hold_s = 0.0 if random.random() < QUICK_SHARE else 1.0
    return Plan(
        key=f"key-{number:04}",
        variant="lookup" if is_late else random.choice(VARIANTS),
        user_id=random.choice(USERS),
        guild_id=GUILD_ID,
        channel_id=random.choice(FAITHFUL_CHANNELS + FORGETFUL_CHANNELS),
        count=count,
        cancel_after_s=random.uniform(0.0, 2.0) if random.random() < CANCELLED_SHARE else None,
        submit=_weighted(random, SUBMITS),
        before_s=random.uniform(*LATE_S) if is_late else hold_s * random.uniform(0.0, BEFORE_S_MAX),
        after_s=hold_s * random.uniform(0.0, AFTER_S_MAX),
        job_s=random.uniform(0.0, JOB_S_MAX),
        outcome=outcome,
        delivered=random.randint(1, count - 1) if outcome == "partial" else count,
    )


def _weighted(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), weights=list(weights.values()))[0]
