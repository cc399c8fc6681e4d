"""Passing files that nobody waits for: leftovers of a crash, and copies once posted."""

import asyncio
import shutil
import time
from collections.abc import Collection
from pathlib import Path

POSTED_COPIES_S = 3600.0


async def sweep(work: Path, in_flight: Collection[str], *, starting: bool) -> None:
    """Remove what belongs to no task in flight; at start, every unfinished intake too."""
    await asyncio.to_thread(_sweep, work, frozenset(in_flight), starting)


def _sweep(work: Path, in_flight: frozenset[str], starting: bool) -> None:
    if not work.exists():
        return
    for folder in work.iterdir():
        if folder.name not in in_flight and (starting or _is_old_copy(folder)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_old_copy(folder: Path) -> bool:
    return folder.name.startswith("post-") and _age_s(folder) > POSTED_COPIES_S


def _age_s(folder: Path) -> float:
    try:
        return time.time() - folder.stat().st_mtime
    except FileNotFoundError:
        return 0.0
