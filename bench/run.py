"""Measures part after part, prints each one's figures at once, and keeps them."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from bench.figures import Figure, Skipped, table
from bench.kept import Kept
from bench.parts import Part

Say = Callable[[str], None]


def measure(
    names: Sequence[str], parts: Mapping[str, Part], asked: int | None, kept: Kept, say: Say
) -> list[Figure]:
    """All figures; those of parts that `kept` holds are taken from there."""
    figures: list[Figure] = []
    for name in names:
        count = parts[name].count(asked)
        found = kept.take(name, count)
        if found is not None:
            say(f"{name}: taken from before, measured with the same code and count")
        else:
            found = _measured(name, parts[name], count, kept, say)
        if len(names) > 1 and found:
            say(f"{table(found)}\n")
        figures += found
    return figures


def _measured(name: str, part: Part, count: int, kept: Kept, say: Say) -> list[Figure]:
    say(f"{name} ...")
    begun_s = time.monotonic()
    try:
        figures = asyncio.run(part.measure(count))
    except Skipped as why:
        say(f"{name}: left out, {why}")
        return []
    kept.put(name, count, figures)
    say(f"{name}: {time.monotonic() - begun_s:.0f} s")
    return figures
