"""`python -m bench.child DISCORD DATA TASKS`: the real bot without a gateway, telling of itself.

Light by itself: the picture workers import this module as theirs.
"""

import asyncio
import json
import sys


def main() -> None:
    """Run until everything is told."""
    from bench.childwork import work

    discord_base, data, tasks = sys.argv[1:]
    asyncio.run(work(discord_base, data, int(tasks), tell))


def tell(**facts: float) -> None:
    """One line of JSON for whoever started us."""
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
