"""What proofs have counted, told after the tests: no figure is written by hand."""

from collections import Counter
from collections.abc import Iterator

_COUNTED: dict[str, Counter[str]] = {}


def counted(proof: str, **more: int) -> None:
    """Add to a proof's counts; `_` in a name is read as a space."""
    _COUNTED.setdefault(proof, Counter()).update(more)


def lines() -> Iterator[str]:
    """One for each proof, in the order in which they began."""
    for proof, counts in _COUNTED.items():
        each = (f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
        yield f"{proof}: {', '.join(each)}"
