"""What the system tells of processes: who belongs to a session, and who is whose child."""

from collections.abc import Collection, Iterator
from pathlib import Path


def members(sessions: Collection[int]) -> list[int]:
    """The processes that belong to these sessions and are not over."""
    return [pid for pid, (state, _, session) in _all() if session in sessions and state != "Z"]


def children(pid: int) -> list[int]:
    """The processes that one has started, and theirs."""
    parents = {each: parent for each, (state, parent, _) in _all() if state != "Z"}
    found, looked = [pid], 0
    while looked < len(found):
        found += [each for each, parent in parents.items() if parent == found[looked]]
        looked += 1
    return found[1:]


def _all() -> Iterator[tuple[int, tuple[str, int, int]]]:
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = entry.read_text().rpartition(") ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, parent, _, session, *_ = rest.split()
        yield int(entry.parent.name), (state, int(parent), int(session))
