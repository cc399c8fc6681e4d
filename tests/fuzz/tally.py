"""What came of the files, and how it is said; kept as JSON, so that a run can go on."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, fields

from bot.domain import JsonObject

HANG_S = 5.0
# On the wall: what sleeps or is stuck uses no CPU, and a busy machine takes its time.
STUCK_S = 60.0
SENTENCES_SHOWN, SLOWEST_KEPT = 60, 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one file: `sentence` where it was refused, `finding` where it was not dealt with."""

    door: str
    sentence: str = ""
    finding: str = ""
    took_s: float = 0.0
    restarts: int = 0
    resident_mib: float = 0.0
    mapped_mib: float = 0.0
    waited_s: float = 0.0

    @property
    def offends(self) -> bool:
        """The file is worth keeping."""
        hangs = self.took_s > HANG_S or self.waited_s > STUCK_S
        return bool(self.finding or self.restarts or hangs)


@dataclass(slots=True)
class Tally:
    """Counts over all files so far; `next` is the number of the next one."""

    seed: int = 0
    next: int = 0
    accepted: int = 0
    refused: int = 0
    findings: int = 0
    restarts: int = 0
    hangs: int = 0
    stuck: int = 0
    longest_s: float = 0.0
    slowest: list[tuple[float, str]] = field(default_factory=list)
    resident_mib: float = 0.0
    mapped_mib: float = 0.0
    sentences: Counter[str] = field(default_factory=Counter)
    doors: Counter[str] = field(default_factory=Counter)

    @classmethod
    def read(cls, kept: JsonObject) -> "Tally":
        """Go on from what `kept` gave."""
        counted = {name: Counter(kept[name]) for name in ("sentences", "doors")}
        return cls(**{**kept, **counted, "slowest": [tuple(each) for each in kept["slowest"]]})

    def kept(self) -> JsonObject:
        """As JSON."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def add(self, name: str, outcome: Outcome) -> None:
        """Count one file."""
        self.next += 1
        self.doors[outcome.door] += 1
        self.restarts += outcome.restarts
        self.hangs += outcome.took_s > HANG_S
        self.stuck += outcome.waited_s > STUCK_S
        self.longest_s = max(self.longest_s, outcome.waited_s)
        self.resident_mib = max(self.resident_mib, outcome.resident_mib)
        self.mapped_mib = max(self.mapped_mib, outcome.mapped_mib)
        self.slowest = sorted([*self.slowest, (outcome.took_s, name)], reverse=True)[:SLOWEST_KEPT]
        if outcome.finding:
            self.findings += 1
        elif outcome.sentence:
            self.refused += 1
            self.sentences[without_numbers(outcome.sentence)] += 1
        else:
            self.accepted += 1

    def holds(self, memory_mib: int) -> bool:
        """No crash, no hang, no worker that died, none over its memory."""
        within = not memory_mib or self.mapped_mib <= memory_mib
        return not (self.findings or self.hangs or self.stuck or self.restarts) and within

    def line(self) -> str:
        """Where the run is."""
        return (
            f"{self.next:6,}  accepted {self.accepted:,}  refused {self.refused:,} "
            f"({len(self.sentences)} sentences)  findings {self.findings}  "
            f"worker restarts {self.restarts}  over {HANG_S:g} s {self.hangs}  "
            f"over {STUCK_S:g} s {self.stuck}  "
            f"slowest {self._slowest_s():.1f} s  peak RSS {self.resident_mib:,.0f} MiB"
        )

    def _slowest_s(self) -> float:
        return self.slowest[0][0] if self.slowest else 0.0

    def table(self, memory_mib: int) -> str:
        """All of it."""
        return "\n".join(self._rows(memory_mib))

    def _rows(self, memory_mib: int) -> Iterator[str]:
        yield f"seed {self.seed}, {self.next:,} files: " + ", ".join(
            f"{count:,} {door}" for door, count in self.doors.most_common()
        )
        yield f"accepted, pixels outside the mask untouched   {self.accepted:,}"
        yield f"refused with a sentence                       {self.refused:,}"
        yield f"findings (anything else)                      {self.findings}"
        yield f"workers that died                             {self.restarts}"
        yield f"over {HANG_S:g} s of CPU                              {self.hangs}"
        longest = f"(longest {self.longest_s:.1f} s)"
        yield f"over {STUCK_S:g} s on the wall                         {self.stuck} {longest}"
        for took_s, name in self.slowest:
            yield f"slowest                                       {took_s:.2f} s: {name}"
        yield (
            f"worker at its peak                            {self.resident_mib:,.0f} MiB resident, "
            f"{self.mapped_mib:,.0f} MiB mapped of {memory_mib:,}"
        )
        for sentence, count in self.sentences.most_common(SENTENCES_SHOWN):
            yield f"{count:7,}  {sentence}"


def without_numbers(sentence: str) -> str:
    """Sentences that differ in their numbers alone are one."""
    return re.sub(r"\d[\d.,]*(?<=\d)", "N", sentence)
