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
# Who wishes to be forgotten is a member of their own, with this one request.
FORGET = "forget"
DEEDS = {"give": 3, "grant": 5, "take": 2, "sponsor": 30, FORGET: 0}
LEAVERS_FROM = 600_000
CANCELLED_SHARE = 0.1
FORGOTTEN_AFTER_S_MAX = 3.0
QUICK_SHARE = 0.4


def deed_of(number: int) -> str:
    """What is done by hand beside the request of this number."""
    return list(DEEDS)[number % len(DEEDS)]


def picture_name(key: str) -> str:
    """The file of a request's own picture: a file that is known already would be no new one."""
    return f"{key}.png"


def draw(random: Random, number: int, *, is_late: bool = False) -> Plan:
    """Return one request; a late one is on its way for longer than the bot needs to start."""
    is_late = is_late or random.random() < LATE_SHARE
    count = random.choice((1, 1, 2, 3))
    outcome = _weighted(random, OUTCOMES)
    if outcome == "partial":
        count = random.choice((2, 3))
    hold_s = 0.0 if random.random() < QUICK_SHARE else 1.0
    leaves = deed_of(number) == FORGET
    cancels_s = random.uniform(0.0, 2.0) if random.random() < CANCELLED_SHARE else None
    return Plan(
        key=f"key-{number:04}",
        variant="lookup" if is_late else random.choice(VARIANTS),
        user_id=LEAVERS_FROM + number if leaves else random.choice(USERS),
        guild_id=GUILD_ID,
        channel_id=random.choice(FAITHFUL_CHANNELS + FORGETFUL_CHANNELS),
        count=count,
        cancel_after_s=random.uniform(0.0, FORGOTTEN_AFTER_S_MAX) if leaves else cancels_s,
        submit=_weighted(random, SUBMITS),
        before_s=random.uniform(*LATE_S) if is_late else hold_s * random.uniform(0.0, BEFORE_S_MAX),
        after_s=hold_s * random.uniform(0.0, AFTER_S_MAX),
        job_s=random.uniform(0.0, JOB_S_MAX),
        outcome=outcome,
        delivered=random.randint(1, count - 1) if outcome == "partial" else count,
    )


def _weighted(random: Random, weights: dict[str, int]) -> str:
    return random.choices(list(weights), weights=list(weights.values()))[0]
