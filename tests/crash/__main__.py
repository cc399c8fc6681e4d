"""`python -m tests.crash --kills N --seed S`: a run of any length; exit code 1 when it failed."""

import argparse
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.crash.story import tell


def main() -> int:
    """Run once and print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash")
    parser.add_argument("--kills", type=int, default=28)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--keep", type=Path, help="folder to work in and leave behind")
    args = parser.parse_args()
    with TemporaryDirectory() as folder:
        if args.keep:
            args.keep.mkdir(parents=True)
        story = tell(args.keep or Path(folder), args.kills, args.seed)
    sys.stdout.write(f"{story.table()}\n")
    return 1 if story.problems or story.gaps() else 0


if __name__ == "__main__":
    sys.exit(main())
