"""What the locks name."""

import re
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Each is a part of the next; a dependency is told with the first that has it.
LOCKS: Mapping[str, str] = {
    "runtime": "requirements.txt",
    "sandbox": "requirements-sandbox.txt",
    "development": "requirements-dev.txt",
}
_PIN = re.compile(r"^([\w.-]+)==([\w.!+-]+)", re.MULTILINE)


def pins(text: str) -> list[tuple[str, str]]:
    """Names, normalized, with their versions, in the order of a lock."""
    return [(normal(name), version) for name, version in _PIN.findall(text)]


def normal(name: str) -> str:
    """A distribution's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def locked() -> dict[tuple[str, str], str]:
    """Every pinned distribution and version, with the smallest lock that has it."""
    found: dict[tuple[str, str], str] = {}
    for lock, file in LOCKS.items():
        for pin in pins((ROOT / file).read_text("utf-8")):
            found.setdefault(pin, lock)
    return dict(sorted(found.items()))
