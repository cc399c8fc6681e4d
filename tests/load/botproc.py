"""The bot as a process. Light by itself: the picture workers import this module as theirs."""

import argparse
import asyncio
from pathlib import Path


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.load.botproc")
    parser.add_argument("--discord", required=True, help="base URL of the stand-in for Discord")
    parser.add_argument("--providers", required=True, help="base URL of that for the providers")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--guilds", type=int, nargs="+", required=True)
    args = parser.parse_args()

    from tests.load.serving import run

    asyncio.run(run(args))


if __name__ == "__main__":
    main()
