"""What a run shows at its end."""

from collections import Counter

from bot.domain import TaskState
from tests.crash.faults import SIDES
from tests.crash.kinds import WANTED, missing
from tests.crash.story import Story

NAMED_MAX = 20


def table(story: Story) -> str:
    """Return the promises, where the kills fell, and how the tasks ended."""
    books, evidence = story.books, story.evidence
    lines = [f"seed {books.seed}: {len(books.deaths)} kills, {len(evidence.tasks)} edits"]
    lines[0] += f", {books.took_s:.0f} s"
    lines += [f"  {name:44} {len(found)}" for name, found in story.problems.items()]
    lines += [f"  unknown: {_unknowns(story)}", "", *_moments(story), "", *_points(story), ""]
    modes = Counter(death.mode for death in books.deaths)
    ended = Counter(task["state"] for task in evidence.tasks)
    events = Counter(event["what"] for event in evidence.events)
    lines += [f"  moments chosen: {_words(modes)}", f"  edits ended: {_words(ended)}"]
    lines += [f"  at Discord: {_words(events)}; 429: {evidence.state['refused_429']}"]
    starts, calls = (sum(evidence.state[name].values()) for name in ("started", "calls"))
    lines += [f"  at the provider: {calls} submits, {starts} jobs"]
    return "\n".join([*lines, *(f"  BROKEN {problem}" for problem in story.broken)])


def gaps(story: Story) -> list[str]:
    """Return what the kills did not reach, which makes a run worthless as a test."""
    found = {name: sum(counts) for name, counts in _found(story).items()}
    ended = Counter(task["state"] for task in story.evidence.tasks)
    unreached = [name for name in ("submitting", "card being posted") if not found[name]]
    return [*unreached, *([] if ended["unknown"] else ["unknown"])]


def _unknowns(story: Story) -> str:
    tasks = [task for task in story.evidence.tasks if task["state"] == "unknown"]
    refunded = sum(task["settled"] == 0 and task["held"] == 0 for task in tasks)
    return f"{len(tasks)}, refunded {refunded}"


def _moments(story: Story) -> list[str]:
    lines = [f"  {'kills that found an edit in':34} kills  edits"]
    for name, counts in _found(story).items():
        lines.append(f"  {name:34} {sum(map(bool, counts)):5}  {sum(counts):5}")
    return lines


def _found(story: Story) -> dict[str, list[int]]:
    moments = [death.moment for death in story.books.deaths]
    found = {state.value: [m.states[state.value] for m in moments] for state in TaskState}
    found["card being posted"] = [moment.card_windows for moment in moments]
    found["ping being posted"] = [moment.ping_windows for moment in moments]
    return found


def _points(story: Story) -> list[str]:
    hits = story.books.hits()
    others = sorted({kind for kind, _ in hits} - set(WANTED))
    lines = [f"  {'kills at a point':34} before  after"]
    lines += [
        f"  {kind:34} {hits[kind, 'before']:6}  {hits[kind, 'after']:5}"
        for kind in (*WANTED, *others)
    ]
    by_point = sum(hits.values())
    lines += [f"  at points {by_point}, at moments {len(story.books.deaths) - by_point}"]
    never, sides = missing(hits), len(WANTED) * len(SIDES)
    lines += [f"  sides of points hit: {sides - len(never)} of {sides}"]
    is_named = 0 < len(never) <= NAMED_MAX
    return [*lines, *([f"  never hit: {', '.join(never)}"] if is_named else [])]


def _words(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
