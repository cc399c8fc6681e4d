"""What the stand-in knows of each thing that a member did, fetched a part at a time."""

from dataclasses import dataclass, field

from tests.standin.member import Street
from tests.standin.shapes import Json

EDIT = "inpaint"


@dataclass(slots=True)
class Acks:
    """All that was acknowledged so far, by id; times are those of the stand-in's process."""

    street: Street
    known: dict[int, Json] = field(default_factory=dict)
    _settled: int = 0

    async def fetch(self) -> list[float]:
        """Seconds from event to answer of those that have been answered since."""
        about = await self.street.ask("interactions", since=self._settled)
        told: list[Json] = about["interactions"]
        fresh = [each for each in told if _is_answered(each) and each["id"] not in self.known]
        self.known |= {each["id"]: each for each in fresh}
        waiting = (n for n, each in enumerate(told) if not _is_answered(each))
        self._settled += next(waiting, len(told))
        return [each["acknowledged_s"] for each in fresh]

    @property
    def edits(self) -> set[str]:
        """The request keys of edits that were acknowledged."""
        return {str(number) for number, each in self.known.items() if each["name"] == EDIT}

    @property
    def taken_s(self) -> list[float]:
        """All of them."""
        return [each["acknowledged_s"] for each in self.known.values()]


def _is_answered(about: Json) -> bool:
    return about["acknowledged_s"] is not None
