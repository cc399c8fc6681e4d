"""What the painting page is told, as JSON; pure."""

import re
from datetime import UTC, datetime

from bot.domain import CardState, JsonObject, Op, ResultState, Task, TaskState
from bot.services import wishes
from bot.services.cards import TaskView
from bot.services.painting import Opened
from bot.services.percent import part

S = TaskState
_TITLES = {
    Op.INPAINT: ("Repainting", "Repainted"),
    Op.ERASE: ("Erasing", "Erased"),
    Op.OUTPAINT: ("Extending", "Extended"),
}
_MENTIONS = {
    re.compile(r"<@&\d+>"): "a certain role",
    re.compile(r"<#\d+>"): "another channel",
    re.compile(r"<@!?\d+>"): "a member",
    re.compile(r"[*`]"): "",
}
_MOMENT = re.compile(r"<t:(\d{1,11})(?::\w)?>")


def draft(opened: Opened, view: TaskView) -> JsonObject:
    """All that the page begins with."""
    task, spec = opened.task, opened.spec
    facts = task.picture_facts
    size = [facts["width_px"], facts["height_px"]]
    return {
        **begun(view),
        "about": " · ".join(filter(None, (spec.title, f"{size[0]} × {size[1]} px", spec.about))),
        "kept": task.mask_core_blob is not None,
        "prompt": task.prompt,
        "prompt_use": spec.ops[task.op].prompt.value,
        "prompt_length_max": opened.prompt_length_max,
        "prices": list(opened.prices),
        "count": task.count,
        "fields": wishes.form(task, spec),
        "feather_px": task.mask_facts.get("feather_px") or max(4, max(size) // 256),
    }


def begun(view: TaskView) -> JsonObject:
    """Enough for a page whose edit is on its way."""
    facts = view.task.picture_facts
    size = [facts.get("width_px", 1), facts.get("height_px", 1)]
    return {"id": view.task.id, "state": view.task.state.value, "size": size}


def progress(view: TaskView) -> JsonObject:
    """How far an edit is, in words; once it is over, what there is to see."""
    task = view.task
    doing, done = _TITLES.get(task.op, ("Working", "Done"))
    said: JsonObject = {
        "title": done if task.state is S.DONE else doing,
        "line": _line(view),
        "percent": view.progress.percent,
        "over": task.state.is_terminal,
        "card": _card(task),
        "results": [],
    }
    if not task.state.is_terminal:
        return said
    shown = [each for each in view.results if each.state is ResultState.OK and not task.hidden]
    results = [{"n": each.n, "alt": _alt(task, each.n, len(shown))} for each in shown]
    return said | {"results": results, "next": _next(task)}


def plain(sentence: str) -> str:
    """A sentence for Discord as plain text."""
    for mark, instead in _MENTIONS.items():
        sentence = mark.sub(instead, sentence)
    return _MOMENT.sub(lambda found: _day(int(found[1])), sentence)


def _line(view: TaskView) -> str:
    task, title = view.task, view.provider_title
    match task.state:
        case S.QUEUED:
            place = view.progress.queue_place or 1
            return "Next in line." if place <= 1 else f"Waiting, number {place} in line."
        case S.READY:
            return "Preparing the picture."
        case S.SUBMITTING:
            return f"Handing it to {title}."
        case S.RUNNING:
            stage = view.progress.stage.rstrip(".")
            return f"{title}: {stage[:80]}." if stage else f"{title} is working on it."
        case S.DONE:
            covered = part(float(task.mask_facts.get("coverage") or 0))
            return f"Done. {covered} of the picture was given to {title}; the rest is untouched."
        case S.CANCELLED:
            return "Cancelled. You were not charged."
        case _:
            return plain(task.error_text or "This came to nothing. You were not charged.")


def _next(task: Task) -> str:
    if task.state is S.DONE:
        return "You can close this page. Go on from the result with the buttons on its card."
    return "Your drawing has been used for this edit. Begin again in Discord."


def _alt(task: Task, n: int, count: int) -> str:
    which = f", picture {n} of {count}" if count > 1 else ""
    return f"The result{which}: {task.prompt[:200]}" if task.prompt else f"The result{which}"


def _card(task: Task) -> str | None:
    if task.message_id is None or task.card_state is not CardState.POSTED:
        return None
    return f"https://discord.com/channels/{task.guild_id}/{task.channel_id}/{task.message_id}"


def _day(timestamp_s: int) -> str:
    return f"{datetime.fromtimestamp(timestamp_s, UTC):%B %d, %Y, %H:%M} UTC"
