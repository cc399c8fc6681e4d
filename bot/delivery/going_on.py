"""What goes on from a task's results: U1 to U4 and their like, and the words for what comes next.

A button is about one result: `<verb>:<task>-<n>`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from discord import ui

from bot.delivery.buttons import TaskButton
from bot.domain import Op, ResultState, TaskState
from bot.errors import TaskGone
from bot.services.cards import ResultView, TaskView

# The verb and the letter of each operation that one press is enough for.
VERBS: Mapping[Op, tuple[str, str]] = {Op.UPSCALE: ("upscale", "U"), Op.VARY: ("vary", "V")}
_IN_A_ROW = 5
_SAID: Mapping[Op, tuple[str, str]] = {
    Op.UPSCALE: (
        "{} enlarges it; `/inpaint` can then change a part of that.",
        "{} enlarge one of them; `/inpaint` can then change a part of that.",
    ),
    Op.VARY: ("{} makes more like it.", "{} make more like one of them."),
}
_EDITS = "To change a part of it, use `/inpaint` with this as **parent** and a **mask**."


def read_about(about: str) -> tuple[str, int]:
    """The task and the number of the result that a button is about; raises TaskGone."""
    task_id, _, n = about.rpartition("-")
    if not task_id or not n.isdecimal() or len(n) > 2:
        raise TaskGone(log=f"a button about {about!r}")
    return task_id, int(n)


def result_rows(view: TaskView) -> list[ui.ActionRow[Any]]:
    """One row of buttons for each operation that can go on from these results."""
    return [
        _row(view, op, shown[start : start + _IN_A_ROW])
        for op in VERBS
        if (shown := _pressable(view, op))
        for start in range(0, len(shown), _IN_A_ROW)
    ]


def next_step(view: TaskView) -> str:
    """Say what can be made of the results."""
    told = [
        _SAID[op][len(shown) > 1].format(_span(letter, shown))
        for op, (_, letter) in VERBS.items()
        if (shown := _pressable(view, op))
    ]
    return " ".join([*told, *([_EDITS] if _open(view) and Op.INPAINT in view.goes_on else ())])


def _open(view: TaskView) -> bool:
    task = view.task
    return task.state is TaskState.DONE and not task.hidden and task.let_go_at is None


def _pressable(view: TaskView, op: Op) -> list[ResultView]:
    if not _open(view) or op not in view.goes_on:
        return []
    return [result for result in view.results if result.state is ResultState.OK]


def _row(view: TaskView, op: Op, results: Sequence[ResultView]) -> ui.ActionRow[Any]:
    verb, letter = VERBS[op]
    row: ui.ActionRow[Any] = ui.ActionRow()
    for each in results:
        row.add_item(TaskButton(verb, f"{view.task.id}-{each.n}", f"{letter}{each.n}"))
    return row


def _span(letter: str, results: Sequence[ResultView]) -> str:
    first, last = results[0].n, results[-1].n
    return f"**{letter}{first}**" + (f" to **{letter}{last}**" if last != first else "")
