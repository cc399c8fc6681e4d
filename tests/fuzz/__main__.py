"""`python -m tests.fuzz --count N --seed S`: exit code 1 when a file was not dealt with."""

import argparse
import asyncio
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bot.settings import Settings
from tests.fuzz.corpus import Case, case
from tests.fuzz.run import elapsed, load, run
from tests.fuzz.tally import Tally

FOLDER = Path(__file__).parents[2] / ".fuzz"


def main() -> int:
    """Run, and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument(
        "--continue", dest="goes_on", action="store_true", help="where the last run was"
    )
    parser.add_argument("--only", type=int, nargs="*", help="these files of the seed alone")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    args = parser.parse_args()
    begun_s, memory_mib = time.monotonic(), Settings.model_fields["worker_memory_mib"].default
    tally = (load(args.folder) if args.goes_on else None) or Tally(seed=args.seed)
    numbers = args.only or range(tally.next, args.count)
    files = _files(numbers, tally.seed)
    say(f"seed {tally.seed}, from file {tally.next:,}")
    asyncio.run(run(files, tally, args.folder, memory_mib, say))
    say(f"{tally.table(memory_mib)}\n{elapsed(begun_s)}")
    return 0 if tally.holds(memory_mib) else 1


def _files(numbers: range | list[int], seed: int) -> Iterator[Case]:
    for n in numbers:
        yield case(n, seed)


def say(line: str) -> None:
    """Print at once: the run may be long, and the log a file."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
