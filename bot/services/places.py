"""What a request's `where` means for it: the operation, and whose mask it takes; pure."""

from dataclasses import replace

from bot.domain import EditRequest, Op
from bot.errors import BadMask
from bot.imaging.regions import Earlier, Sides, parse_where

BOTH = "Give either `mask` or `where`, not both."
NOT_HERE = "Adding room at the sides does not go with {}. Leave out the sides in `where`."
NO_SIDES = "That is no side to add room at. Write it like `left 25%, up 10%` or `all sides 20%`."
SUGGESTIONS_MAX = 25
# What is shown before anything is typed, one of each kind first.
EXAMPLES = (
    ("center 40%", "a box in the middle, 40% of each side"),
    ("top left", "that quarter of the picture"),
    ("left half", "also: bottom third, right quarter, middle row"),
    ("10% 20% 50% 60%", "a box: left, top, width, height"),
    ("B2, C2-D3", "cells of a grid: A to E across, 1 to 5 down"),
    ("left 25%, up 10%", "adds that much room there and fills it"),
    ("all sides 20%", "adds room all around and fills it"),
    ("same", "what the edit in `parent` had marked"),
    ("inverse", "all but what the edit in `parent` had marked"),
    ("bottom right 30%", "a box in that corner"),
    ("bottom third", "a strip along the bottom"),
    ("10% 20% to 50% 60%", "a box by two corners"),
)


def understood(request: EditRequest) -> EditRequest:
    """The request with the operation that its `where` asks for. Raises BadMask."""
    if not request.tuning.where.strip():
        return replace(request, tuning=replace(request.tuning, where=""))
    check_place(request.tuning.where, has_mask=request.mask is not None)
    if not isinstance(parse_where(request.tuning.where), Sides):
        return request
    if request.op not in (Op.INPAINT, Op.OUTPAINT):
        raise BadMask(NOT_HERE.format(request.op))
    return replace(request, op=Op.OUTPAINT)


def check_place(where: str, *, has_mask: bool) -> None:
    """Raise BadMask for a place that cannot be used, before anything is downloaded."""
    if where.strip() and has_mask:
        raise BadMask(BOTH)
    if where.strip():
        parse_where(where)


def check_sides(where: str) -> str:
    """The text, where it adds room at sides; raises BadMask."""
    if not isinstance(parse_where(where), Sides):
        raise BadMask(NO_SIDES)
    return where


def named_task(request: EditRequest) -> str | None:
    """The earlier task whose mask is asked for by its id."""
    if not request.tuning.where:
        return None
    where = parse_where(request.tuning.where)
    return where.task_id if isinstance(where, Earlier) else None


def suggested(text: str) -> list[tuple[str, str]]:
    """Places to offer for what is typed so far, with what each means; a sound text comes first."""
    typed = " ".join(text.split())
    found = [(place, about) for place, about in EXAMPLES if place.startswith(typed.lower())]
    if not typed:
        return found[:SUGGESTIONS_MAX]
    try:
        parse_where(typed)
    except BadMask:
        return found or list(EXAMPLES)
    return [(typed, "as you wrote it"), *(one for one in found if one[0] != typed.lower())]
