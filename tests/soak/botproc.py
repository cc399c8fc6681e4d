"""The bot as a process. Light by itself: the picture workers import this module as theirs."""

import argparse
import asyncio
from pathlib import Path


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak.botproc")
    parser.add_argument("--standin", required=True, help="base URL of the stand-in")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--first", type=int, required=True, help="number of the first edit")
    parser.add_argument("--count", type=int, required=True, help="end before this number")
    parser.add_argument("--every", type=int, required=True, help="look after so many")
    parser.add_argument("--offset-s", type=float, default=0.0, help="how far the clock is ahead")
    args = parser.parse_args()

    from tests.soak.work import work

    asyncio.run(work(args))


if __name__ == "__main__":
    main()
