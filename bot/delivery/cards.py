"""What a task's card and its ping look like: pure functions of the row, a new layout each time."""

from collections.abc import Sequence
from typing import Any

from discord import MediaGalleryItem, ui

from bot.delivery import words
from bot.delivery.buttons import row
from bot.delivery.going_on import next_step, result_rows
from bot.delivery.more import may_reword, more_row
from bot.delivery.status import (
    ACCENTS,
    LIVE,
    advice,
    paid_line,
    payer_line,
    state_line,
    waiting_lines,
)
from bot.domain import ResultState, Task, TaskState
from bot.services.cards import PostFile, TaskView

PROMPT_SHOWN_MAX = 500
NOTE_SHOWN_MAX = 240
NOTES_SHOWN_MAX = 6
DRIFT_WORTH_SAYING = 0.005

REPORTED = "This was reported, so it is hidden until a moderator has looked at it."
LOSSY = "The picture here is compressed to fit this server's upload limit; the exact file is kept."

NOT_SHOWN = (
    "The pictures are kept, but could not be shown here: Original in the menu below has them, and "
    "/task show may bring them back."
)


def render_card(view: TaskView, files: Sequence[PostFile] = ()) -> ui.LayoutView:
    """Draw the card; each of `files` has to be sent along under its name."""
    task = view.task
    parts: list[ui.Item[Any]] = [ui.TextDisplay(text) for text in _head(view)]
    if files:
        parts.append(gallery(view, files))
    facts = _facts(view, files)
    if facts:
        parts.append(ui.TextDisplay("\n".join(facts)))
    parts += result_rows(view)
    verbs = card_verbs(view)
    if verbs:
        parts.append(row(task.id, *verbs))
    parts += more_row(view)
    box: ui.Container[Any] = ui.Container(*parts, accent_color=ACCENTS[task.state])
    return ui.LayoutView(timeout=None).add_item(box)


def card_verbs(view: TaskView) -> tuple[str, ...]:
    """List what can be done with the task now; what was reported already cannot be repeated."""
    task = view.task
    report = () if task.hidden else ("report",)
    if task.state.is_terminal:
        edit = ("edit",) if may_reword(view) else ()
        return ("delete",) if task.hidden else ("again", *edit, "delete", *report)
    return (*(("cancel",) if view.may_cancel else ()), *report)


def gallery(view: TaskView, files: Sequence[PostFile]) -> ui.MediaGallery[Any]:
    """Show files of the same message, each with a text for those who cannot see it."""
    items = [
        MediaGalleryItem(
            f"attachment://{file.name}",
            description=alt_text(view, file),
            spoiler=view.task.hidden,
        )
        for file in files
    ]
    return ui.MediaGallery(*items)


def alt_text(view: TaskView, file: PostFile) -> str:
    """Describe one result; what is hidden is not told either."""
    return words.alt("" if view.task.hidden else view.task.prompt, file.n)


def render_ping(view: TaskView) -> str:
    """Call the member to the card that this replies to."""
    done = view.task.state is TaskState.DONE
    return f"{words.mention(view.task.user_id)}, your edit is {'ready' if done else 'over'}."


def prompt_line(task: Task, length_max: int = PROMPT_SHOWN_MAX) -> list[str]:
    """Quote the prompt; behind a spoiler where the pictures are."""
    if not task.prompt.strip():
        return []
    said = words.plain(task.prompt, length_max)
    return [f"> ||{said}||" if task.hidden else f"> {said}"]


def _head(view: TaskView) -> list[str]:
    """Keep the quoted prompt in a text of its own: some clients quote the lines after it, too."""
    task = view.task
    title = f"### {title_of(task)} for {words.mention(task.user_id)}"
    waiting = waiting_lines(view) if task.state in LIVE else ()
    return [
        "\n".join((title, *prompt_line(task))),
        "\n".join((state_line(view), *waiting)),
    ]


def title_of(task: Task) -> str:
    """Say what is, or was, done to the picture."""
    doing, done, name = words.OPS[task.op]
    if task.state in LIVE:
        return doing
    return done if task.state is TaskState.DONE else name


def _facts(view: TaskView, files: Sequence[PostFile]) -> list[str]:
    task = view.task
    ended = task.state not in LIVE
    said = [
        paid_line(task) if ended else "",
        payer_line(view) if ended else "",
        *(result_facts(view) if task.state is TaskState.DONE else ()),
    ]
    line = " · ".join(each for each in said if each)
    smaller = [*small(_notes(view, files)), *small([_footer(view)])]
    lines = [line, advice(task), next_step(view), *smaller]
    return [each for each in lines if each]


def result_facts(view: TaskView) -> list[str]:
    """Say how large the results are and which seeds made them."""
    shown = [result for result in view.results if result.state is ResultState.OK]
    seeds = [result.seed for result in shown if result.seed is not None]
    size = f"{shown[0].width_px} × {shown[0].height_px}" if shown else ""
    return [fact for fact in (size, _seeds(seeds)) if fact]


def _seeds(seeds: Sequence[int]) -> str:
    if len(seeds) < 2:
        return f"seed {seeds[0]}" if seeds else ""
    if list(seeds) == list(range(seeds[0], seeds[0] + len(seeds))):
        return f"seeds {seeds[0]} to {seeds[-1]}"
    return "seeds " + ", ".join(map(str, seeds))


def _notes(view: TaskView, files: Sequence[PostFile]) -> list[str]:
    notes = [REPORTED if view.task.hidden else "", unread_prompt(view), *view.task.notes]
    drift = max((result.outside_changed or 0 for result in view.results), default=0)
    if drift > DRIFT_WORTH_SAYING:
        notes.append(
            f"{view.provider_title} also changed {words.part(drift)} outside the mask; "
            "there I put the original back."
        )
    if any(file.lossy for file in files):
        notes.append(LOSSY)
    if view.task.state is TaskState.DONE and not files and not view.task.let_go_at:
        notes.append(NOT_SHOWN)
    return notes


def unread_prompt(view: TaskView) -> str:
    """Say that the prompt is kept but not read, where that is so and still matters."""
    came_to_nothing = view.task.state.is_terminal and view.task.state is not TaskState.DONE
    if not view.prompt_unused or came_to_nothing:
        return ""
    about, unread = view.provider_about, f"{view.provider_title} does not read the prompt."
    if not about:
        return unread
    return about if "prompt" in about else f"{about.rstrip('.')}. {unread}"


def small(lines: Sequence[str]) -> list[str]:
    """Set lines in Discord's small print, each once and not too many."""
    told = [line for line in dict.fromkeys(lines) if line][:NOTES_SHOWN_MAX]
    return [f"-# {words.plain(line, NOTE_SHOWN_MAX, times=True)}" for line in told]


def _footer(view: TaskView) -> str:
    task = view.task
    n, parent = task.parent_result_n, task.parent_task_id
    made_of = f" · from picture {n} of task {parent}" if n and parent else ""
    return f"{view.provider_title} · task {task.id}{made_of}"
