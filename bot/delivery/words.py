"""Small pieces of text that cards and replies are put together from."""

import re
from datetime import datetime
from math import ceil

from discord.utils import escape_mentions, format_dt

from bot.domain import MaskSource, Op
from bot.services.percent import part as part

BAR_CELLS = 10
ALT_LENGTH_MAX = 1024
# discord.py's `escape_markdown` leaves addresses, second links, channels and emoji alive.
_MARKDOWN = re.compile(r"[\\`*_~|<\[]|:(?=//)|^[#>+-]")
_ALL_BUT_TIMES = re.compile(r"[\\`*_~|\[]|<(?!t:\d+(?::\w)?>)|:(?=//)|^[#>+-]")
# Control characters, marks that turn the writing around, halves of letters: what nobody sees, and
# what may make a client show a line otherwise than it is. Those that join letters stay.
_UNSEEN = re.compile(
    "[\\0-\\x08\\x0e-\\x1b\\x7f-\\x84\\x86-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069\\ud800-\\udfff]"
)

# While it runs, when it is done, and as a name for what came to nothing.
OPS: dict[Op, tuple[str, str, str]] = {
    Op.INPAINT: ("Repainting", "Repainted", "Repaint"),
    Op.ERASE: ("Erasing", "Erased", "Erasure"),
    Op.OUTPAINT: ("Extending", "Extended", "Extension"),
    Op.IMAGINE: ("Imagining", "Imagined", "New picture"),
    Op.UPSCALE: ("Enlarging", "Enlarged", "Enlargement"),
    Op.VARY: ("Varying", "Varied", "Variation"),
}
# What a provider does.
DOES: dict[Op, str] = {
    Op.INPAINT: "repaints",
    Op.ERASE: "erases",
    Op.OUTPAINT: "extends",
    Op.IMAGINE: "imagines",
    Op.UPSCALE: "enlarges",
    Op.VARY: "varies",
}
MASK_SOURCES: dict[MaskSource, str] = {
    MaskSource.FILE: "your mask file",
    MaskSource.CUTOUT: "the transparency of your mask file",
    MaskSource.ALPHA: "the transparent part of your picture",
    MaskSource.PAINTED: "what you painted over",
    MaskSource.BOX: "the part you named",
    MaskSource.CELLS: "the cells you picked",
    MaskSource.SIDES: "the room added at its sides",
    MaskSource.PAGE: "what you painted on the page",
    MaskSource.PARENT: "the mask of the earlier edit",
    MaskSource.NONE: "no mask",
}


def mention(user_id: int | None) -> str:
    """Name a member; what carries this text must not ping."""
    return f"<@{user_id}>" if user_id else "somebody"


def shortened(text: str, length_max: int) -> str:
    """Put a text on one line of at most this many characters."""
    line = " ".join(seen(text).split())
    return line if len(line) <= length_max else line[: length_max - 1].rstrip() + "…"


def seen(text: str) -> str:
    """Leave out what nobody sees, and what turns around what others see."""
    return _UNSEEN.sub("", text)


def plain(text: str, length_max: int, *, times: bool = False) -> str:
    """Let a text stand as it is: on one line, without markdown, links or mentions, not longer.

    `times` keeps Discord's timestamps, for sentences of our own.
    """
    marks, kept = _ALL_BUT_TIMES if times else _MARKDOWN, length_max
    while len(escaped := _escaped(shortened(text, kept), marks)) > length_max:
        kept -= max(1, (len(escaped) - length_max) // 2)
    return escaped


def _escaped(text: str, marks: re.Pattern[str]) -> str:
    return escape_mentions(marks.sub(r"\\\g<0>", text))


def price(amount: int) -> str:
    """Say a price."""
    if amount == 0:
        return "free"
    return "1 credit" if amount == 1 else f"{amount:,} credits"


def credits(amount: int) -> str:
    """Say an amount; none of them is no price, and so not free."""
    return counted(amount, "credit")


def counted(number: int, name: str) -> str:
    """Say how many of something."""
    return f"1 {name}" if number == 1 else f"{number:,} {name}s"


def duration(seconds: float) -> str:
    """Say how long something took."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, left = divmod(minutes, 60)
    if hours:
        return f"{hours} h {left} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def bar(percent: int) -> str:
    """Draw a percentage."""
    known = min(100, max(0, percent))
    full = known * BAR_CELLS // 100
    return "▰" * full + "▱" * (BAR_CELLS - full) + f" {known} %"


def moment(when: datetime) -> str:
    """Give a countdown that Discord keeps up to date by itself."""
    return format_dt(when, "R")


def date(when: datetime) -> str:
    """Give a day and time that Discord shows in each reader's own zone."""
    return format_dt(when, "f")


def ages(then: datetime, now: datetime) -> str:
    """Say how long ago something was, for places where Discord shows no timestamps."""
    seconds = max(0, (now - then).total_seconds())
    for unit, size_s in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size_s:
            return f"{int(seconds // size_s)} {unit} ago"
    return "just now"


def alt(prompt: str, n: int) -> str:
    """Describe a result for those who cannot see it."""
    text = shortened(prompt, ALT_LENGTH_MAX - 40)
    return f"{text}, result {n}" if text else f"Result {n} of an edit"


def megabytes(size_bytes: int) -> str:
    """Say a file's size; rounded up, so that what is over a limit also reads so."""
    return f"{ceil(size_bytes / 2**20 * 10) / 10:.1f} MB".replace(".0 ", " ")
