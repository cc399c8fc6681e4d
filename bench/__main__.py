"""`python -m bench [part ...]`: measure all parts, or those that are named, and print one table."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable, Coroutine, Sequence

from bench import ack, channel, edit, engine, fair, painted, stages, start
from bench.figures import Figure, table

Part = Callable[[], Coroutine[None, None, list[Figure]]]
PARTS: dict[str, Part] = {
    "edit": edit.run,
    "stages": stages.run,
    "engine": engine.run,
    "start": start.run,
    "ack": ack.run,
    "channel": channel.run,
    "fair": fair.run,
    "painted": painted.run,
}


def main(argv: Sequence[str] | None = None) -> int:
    """Exit with 1 when a figure is not within its aim."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="part", help=f"of {', '.join(PARTS)}")
    args = parser.parse_args(argv)
    if unknown := set(args.parts) - PARTS.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}")
    figures = [figure for name in args.parts or PARTS for figure in _measured(name, PARTS[name])]
    print(table(figures))
    return 0 if all(figure.holds for figure in figures) else 1


def _measured(name: str, part: Part) -> list[Figure]:
    print(f"{name} ...", file=sys.stderr, flush=True)
    begun_s = time.monotonic()
    figures = asyncio.run(part())
    print(f"{name}: {time.monotonic() - begun_s:.0f} s", file=sys.stderr, flush=True)
    return figures


if __name__ == "__main__":
    sys.exit(main())
