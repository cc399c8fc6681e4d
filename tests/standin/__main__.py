"""`python -m tests.standin --port-file F`: serve until told, orphaned or out of time."""

import argparse
import asyncio
import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.standin.server import serving

LOOK_S = 0.5


def main() -> None:
    """Read the arguments and serve."""
    parser = argparse.ArgumentParser(prog="python -m tests.standin")
    parser.add_argument("--port-file", type=Path, required=True, help="gets the base URL")
    parser.add_argument("--seconds-max", type=float, default=900.0, help="end after this time")
    args = parser.parse_args()
    asyncio.run(_run(args.port_file, args.seconds_max))


async def _run(port_file: Path, seconds_max: float) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with serving() as parts:
        fresh = port_file.with_suffix(".new")
        fresh.write_text(parts.base_url)
        fresh.replace(port_file)
        await _wait(stop, seconds_max)


async def _wait(stop: asyncio.Event, seconds_max: float) -> None:
    """Return when told to stop, out of time, or orphaned."""
    parent, until = os.getppid(), time.monotonic() + seconds_max
    while not stop.is_set() and os.getppid() == parent and time.monotonic() < until:
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), LOOK_S)


if __name__ == "__main__":
    main()
