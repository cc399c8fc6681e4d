"""Tasks and views of them, with whatever a test wants different."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.domain import CardState, MaskSource, Op, Origin, ResultState, Task, TaskState
from bot.services.cards import PostFile, Progress, ResultView, TaskView

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
TASK_ID = "k3f9x2abcd"


def after(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def task(state: TaskState = TaskState.RUNNING, **values: Any) -> Task:
    ended: dict[str, Any] = {"finished_at": after(12)} if state.is_terminal else {}
    plain: dict[str, Any] = {
        "seq": 1,
        "id": TASK_ID,
        "op": Op.INPAINT,
        "state": state,
        "attempt": 1,
        "request_key": "1",
        "origin": Origin.SLASH,
        "person_id": 1,
        "user_id": 77,
        "guild_id": 5,
        "channel_id": 6,
        "message_id": 8,
        "card_state": CardState.POSTED,
        "provider": "local",
        "prompt": "a red boat",
        "options": {},
        "count": 1,
        "picture_blob": "p",
        "mask_blob": "m",
        "overlay_blob": "o",
        "picture_facts": {},
        "mask_source": MaskSource.FILE,
        "mask_operations": {},
        "mask_facts": {"coverage": 0.12},
        "fit": {},
        "priced_per": "picture",
        "quoted": 0,
        "held": 0,
        "settled": 0,
        "remote_state": {},
        "cancel_requested": False,
        "notes": [],
        "view_rev": 2,
        "view_posted": 1,
        "reply_posted": 0,
        "card_posting_at": NOW,
        "created_at": NOW,
        "queued_at": NOW,
        "updated_at": NOW,
    }
    names = Task.__dataclass_fields__
    empty: dict[str, Any] = dict.fromkeys(names)
    return Task(**(empty | plain | ended | values))


def view(state: TaskState = TaskState.RUNNING, **values: Any) -> TaskView:
    """Fields of the task and of the view alike."""
    own = {name: values.pop(name) for name in set(values) & set(TaskView.__dataclass_fields__)}
    plain = TaskView(
        task=task(state, **values),
        provider_title="Local",
        provider_about="",
        prompt_unused=False,
        may_cancel=False,
        progress=Progress(),
        results=(),
        overlay=None,
        wants_ping=False,
    )
    return replace(plain, **own)


def result(n: int = 1, state: ResultState = ResultState.OK, **values: Any) -> ResultView:
    plain = ResultView(n, state, Path(f"/r/{n}.png"), 40 + n, 640, 480, None)
    return replace(plain, **values)


def file(n: int = 1, **values: Any) -> PostFile:
    return replace(PostFile(n, Path(f"/f/{n}.webp"), f"result-{n}.webp", 1000, False), **values)


def done(count: int = 1, **values: Any) -> TaskView:
    results = tuple(result(n) for n in range(1, count + 1))
    return view(TaskState.DONE, **({"results": results, "count": count} | values))


# Of a card that nobody has posted yet, and of an edit that has ended.
FRESH: dict[str, Any] = {
    "card_state": CardState.NONE,
    "message_id": None,
    "card_posting_at": None,
    "view_posted": 0,
}
FINAL: dict[str, Any] = {
    "state": TaskState.DONE,
    "finished_at": after(9),
    "results": (result(),),
}
