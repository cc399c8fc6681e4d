"""What a process holds: memory, descriptors, children; Linux tells it under /proc."""

import os
from pathlib import Path

from bench.rss import rss_bytes
from tests.processes import children

_SELF = Path("/proc/self")
_REMOTE, _INODE = 2, 9


def memory_bytes() -> tuple[int, int]:
    """Of this process, and of all its children together."""
    workers = [_or_zero(pid) for pid in children(os.getpid())]
    return rss_bytes(os.getpid()), sum(workers)


def descriptors(port: int) -> tuple[int, int]:
    """How many are open, less connections to a port; and how many of these.

    Connections are kept open for the next request for some seconds: they are told apart.
    """
    kept = _connected_to(port)
    targets = [_target(entry) for entry in (_SELF / "fd").iterdir()]
    # One of them is the look itself.
    open_now = [each for each in targets if each is not None]
    connections = sum(each in kept for each in open_now)
    return len(open_now) - connections, connections


def _connected_to(port: int) -> set[str]:
    rows = [line.split() for line in (_SELF / "net/tcp").read_text().splitlines()[1:]]
    return {
        f"socket:[{row[_INODE]}]" for row in rows if int(row[_REMOTE].partition(":")[2], 16) == port
    }


def _target(entry: Path) -> str | None:
    try:
        return str(entry.readlink())
    except FileNotFoundError:
        return None


def _or_zero(pid: int) -> int:
    try:
        return rss_bytes(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0
