"""`python -m tests.load --minutes N`: exit code 1 when a figure is not within its aim."""

import argparse
import asyncio
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.figures import Figure, table
from tests.load.run import Plan, run


def main() -> int:
    """Measure what the machine can carry, then load it with half of that."""
    parser = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--guilds", type=int, default=20)
    parser.add_argument("--members", type=int, default=400)
    parser.add_argument("--saturate", type=float, default=45.0, metavar="SECONDS")
    parser.add_argument("--rate", type=float, help="edits a second, instead of half of that")
    parser.add_argument("--folder", type=Path, help="work in it and leave it behind")
    args = parser.parse_args()
    plan = Plan(args.minutes * 60, args.guilds, args.members, args.saturate, args.rate)
    with TemporaryDirectory() as name:
        figures: list[Figure] = asyncio.run(run(args.folder or Path(name), plan, _say))
    _say(table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
