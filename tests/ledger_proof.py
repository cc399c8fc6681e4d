"""`make proof`: the state machine for thousands of steps, with their number printed."""

import sys
from time import perf_counter

from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.ledger_machine import STEPS, Credits

EXAMPLES, STEPS_EACH, LEAST = 60, 60, 2_000


def main() -> int:
    """Run it; raises what it falsifies."""
    begun = perf_counter()
    run_state_machine_as_test(
        Credits,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS_EACH,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    taken_s = perf_counter() - begun
    sys.stdout.write(f"{STEPS['steps']:,} steps in {taken_s:.0f} s: the sum is 0, nothing drifts\n")
    return 0 if STEPS["steps"] >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
