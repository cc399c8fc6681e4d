"""Passing files that nobody waits for: leftovers of a crash, and copies once posted."""

import asyncio
import shutil
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

POSTED_COPIES_S = 3600.0


async def sweep(work: Path, in_flight: Collection[str], now: datetime, *, starting: bool) -> None:
    """Remove what belongs to no task in flight; at start, every unfinished intake too."""
    old_s = now.timestamp() - POSTED_COPIES_S
    await asyncio.to_thread(_sweep, work, frozenset(in_flight), old_s, starting)


def _sweep(work: Path, in_flight: frozenset[str], old_s: float, starting: bool) -> None:
    if not work.exists():
        return
    for folder in work.iterdir():
        if folder.name not in in_flight and (starting or _is_old_copy(folder, old_s)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_old_copy(folder: Path, old_s: float) -> bool:
    if not folder.name.startswith("post-"):
        return False
    try:
        return folder.stat().st_mtime < old_s
    except FileNotFoundError:
        return False
