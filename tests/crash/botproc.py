"""The bot as a process. Light by itself: the picture workers import this module as theirs."""

import argparse
import asyncio
from pathlib import Path


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash.botproc")
    parser.add_argument("--standin", required=True, help="base URL of the stand-in")
    parser.add_argument("--data", type=Path, required=True, help="data folder")
    parser.add_argument("--files", type=Path, required=True, help="has the pictures and mask.png")
    parser.add_argument("--ready", type=Path, required=True, help="made once everything runs")
    parser.add_argument("--seconds-max", type=float, default=300.0)
    parser.add_argument("--trace", type=Path, help="gets what fault points were come by")
    parser.add_argument("--fault", help="where to end itself: kind:side:nth")
    args = parser.parse_args()

    from tests.crash.driving import drive

    asyncio.run(drive(args))


if __name__ == "__main__":
    main()
