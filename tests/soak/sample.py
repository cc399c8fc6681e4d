"""One look at the bot at rest, and what all looks together say; pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

MIB = 1024 * 1024
RSS_GROWTH_MAX = 0.05
BASE_TASKS = 1000
# Below this many tasks after the first look, growth is warming up and not a leak.
JUDGED_TASKS = 1000


@dataclass(frozen=True, slots=True)
class Sample:
    """What was there after so many tasks, in the process's `life`; nothing was under way."""

    done: int
    life: int
    at_s: float
    tasks_per_s: float
    rss_bytes: int
    workers_bytes: int
    descriptors: int
    connections: int
    children: int
    asyncio_tasks: int
    files: int
    data_bytes: int
    rows: int
    drift: int
    offset_s: float
    unsettled: int = 0
    ends: dict[str, int] = field(default_factory=dict[str, int])

    def to_json(self) -> dict[str, Any]:
        """All fields."""
        return asdict(self)

    def line(self) -> str:
        """For whoever watches."""
        return (
            f"{self.done:6,} edits  {self.tasks_per_s:5.1f}/s  "
            f"RSS {self.rss_bytes / MIB:6.1f} MiB, workers {self.workers_bytes / MIB:6.1f}  "
            f"descriptors {self.descriptors} (+{self.connections} connections)  "
            f"processes {self.children}  asyncio tasks {self.asyncio_tasks}  "
            f"files {self.files}  rows {self.rows:,}  drift {self.drift}"
        )


def from_json(body: dict[str, Any]) -> Sample:
    """Read what `to_json` wrote."""
    return Sample(**body)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One figure against its aim."""

    what: str
    value: float
    is_good: bool
    unit: str = ""

    def line(self) -> str:
        """As a row."""
        said = f"{self.value:+.1f}" if self.unit == "%" else f"{self.value:g}"
        return f"  {self.what:<62} {said}{self.unit:<2} {'' if self.is_good else '  TOO MUCH'}"


def growth(samples: Sequence[Sample], name: str) -> float | None:
    """Share by which memory grew after the first thousand of one life; None: too short to say."""
    base = next((each for each in samples if _tasks(samples, each) >= BASE_TASKS), None)
    if base is None or samples[-1].done - base.done < JUDGED_TASKS:
        return None
    return getattr(samples[-1], name) / getattr(base, name) - 1


def left_behind(samples: Sequence[Sample], name: str) -> int:
    """How many more there are at the end of a life than at its first look."""
    return max(0, getattr(samples[-1], name) - getattr(samples[0], name))


def verdicts(samples: Sequence[Sample]) -> list[Verdict]:
    """Everything that one life is held against."""
    last = samples[-1]
    found: list[Verdict] = []
    for what, name in (("the bot", "rss_bytes"), ("its workers", "workers_bytes")):
        share = growth(samples, name)
        if share is not None:
            is_good = share < RSS_GROWTH_MAX
            found.append(Verdict(f"RSS of {what} after the first 1,000", share * 100, is_good, "%"))
    for what, name in (
        ("descriptors", "descriptors"),
        ("processes", "children"),
        ("asyncio tasks", "asyncio_tasks"),
    ):
        count = left_behind(samples, name)
        found.append(Verdict(f"{what} left behind", count, count == 0))
    for what, count in (
        ("files left behind", last.files),
        ("edits that did not end, or do not show their end", last.unsettled),
        ("accounts that drift", last.drift),
    ):
        found.append(Verdict(what, count, count == 0))
    return found


def lives(samples: Sequence[Sample]) -> list[list[Sample]]:
    """The samples of each process, in order."""
    numbers = sorted({each.life for each in samples})
    return [[each for each in samples if each.life == number] for number in numbers]


def _tasks(samples: Sequence[Sample], sample: Sample) -> int:
    """How many this process had done by then; its first look came after its first batch."""
    return sample.done - samples[0].done + _batch(samples)


def _batch(samples: Sequence[Sample]) -> int:
    return samples[1].done - samples[0].done if len(samples) > 1 else 0
