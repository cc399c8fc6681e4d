"""One whole run: kill, rest, check, tell."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from random import Random
from time import monotonic

from PIL import Image, ImageDraw

from bot.domain import TaskState
from tests.crash import checks
from tests.crash.checks import Evidence
from tests.crash.killer import Run
from tests.crash.rows import Moment
from tests.standin.process import running

SIDE_PX = 96


@dataclass(frozen=True, slots=True)
class Story:
    """What came of a run: `problems` is empty when every promise was kept."""

    seed: int
    took_s: float
    moments: list[tuple[str, Moment]]
    evidence: Evidence
    problems: list[str]

    def table(self) -> str:
        """Return how many kills fell where, and how the tasks ended."""
        lines = [f"seed {self.seed}: {len(self.moments)} kills in {self.took_s:.0f} s"]
        lines += [f"  {'kills that found a task in':34} kills  tasks"]
        for name, counts in self._found().items():
            lines.append(f"  {name:34} {sum(map(bool, counts)):5}  {sum(counts):5}")
        modes = Counter(mode for mode, _ in self.moments)
        ended = Counter(task["state"] for task in self.evidence.tasks)
        events = Counter(event["what"] for event in self.evidence.events)
        lines += [f"  moments chosen: {_words(modes)}", f"  tasks ended: {_words(ended)}"]
        lines += [f"  at Discord: {_words(events)}; 429: {self.evidence.state['refused_429']}"]
        starts = sum(self.evidence.state["started"].values())
        calls = sum(self.evidence.state["calls"].values())
        lines += [f"  at the provider: {calls} submits, {starts} jobs"]
        return "\n".join([*lines, *(f"  BROKEN {problem}" for problem in self.problems)])

    def gaps(self) -> list[str]:
        """Return what the kills did not reach, which makes a run worthless as a test."""
        found = {name: sum(counts) for name, counts in self._found().items()}
        ended = Counter(task["state"] for task in self.evidence.tasks)
        missing = [name for name in ("submitting", "card being posted") if not found[name]]
        return [*missing, *([] if ended["unknown"] else ["unknown"])]

    def _found(self) -> dict[str, list[int]]:
        moments = [moment for _, moment in self.moments]
        found = {state.value: [m.states[state.value] for m in moments] for state in TaskState}
        found["card being posted"] = [moment.card_windows for moment in moments]
        found["ping being posted"] = [moment.ping_windows for moment in moments]
        return found


def tell(folder: Path, kills: int, seed: int) -> Story:
    """Make a run in an empty folder; everything it starts has ended when it returns."""
    begun_at = monotonic()
    _paint(folder)
    with running(folder, seconds_max=60.0 + kills * 30) as standin:
        run = Run(folder, standin, Random(seed))
        run.prepare()
        try:
            for _ in range(kills):
                run.life()
            run.rest()
        finally:
            orphans = run.left_behind()
        evidence = checks.gather(run.data, run.plans, standin.state(), standin.events())
    problems = checks.problems(evidence)
    problems += [f"left behind: {len(orphans)} processes"] if orphans else []
    return Story(seed, monotonic() - begun_at, run.moments, evidence, problems)


def _paint(folder: Path) -> None:
    """Make a small picture and its mask."""
    picture = Image.linear_gradient("L").resize((SIDE_PX, SIDE_PX)).convert("RGB")
    picture.save(folder / "picture.png")
    mask = Image.new("L", (SIDE_PX, SIDE_PX))
    ImageDraw.Draw(mask).rectangle((30, 30, 60, 60), fill=255)
    mask.save(folder / "mask.png")


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
