"""Whether the bot can do its work, part by part; asking costs nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that the bot needs; `detail` is for the operator."""

    is_ok: bool
    detail: str


class Health:
    """Asks each part for what it last knew; nothing is looked up when asked."""

    def __init__(self) -> None:
        self._checks: dict[str, Callable[[], Part]] = {}

    def add(self, name: str, check: Callable[[], Part]) -> None:
        """Ask `check` for this part from now on."""
        self._checks[name] = check

    def parts(self) -> Mapping[str, Part]:
        """Every part as it stands."""
        return {name: check() for name, check in self._checks.items()}
