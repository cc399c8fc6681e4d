"""What `where` makes of a request, and what is offered for it."""

from dataclasses import replace

import pytest

from bot.domain import EditRequest, MaskTuning, Op, Origin
from bot.errors import BadMask
from bot.imaging.regions import parse_where
from bot.services.places import EXAMPLES, named_task, suggested, understood

WISH = EditRequest("k", Origin.SLASH, 1, 2, 3)


def saying(where: str, **changes: object) -> EditRequest:
    return replace(WISH, tuning=MaskTuning(where=where), **changes)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("where", "op"),
    [("left 25%", Op.OUTPAINT), ("left half", Op.INPAINT), ("same", Op.INPAINT), ("", Op.INPAINT)],
)
def test_sides_make_it_an_outpaint(where: str, op: Op) -> None:
    assert understood(saying(where)).op is op


def test_blanks_are_no_place() -> None:
    assert understood(saying("  ")) == WISH


@pytest.mark.parametrize("op", [Op.ERASE, Op.UPSCALE])
def test_sides_go_with_no_other_operation(op: Op) -> None:
    with pytest.raises(BadMask, match=f"does not go with {op}"):
        understood(saying("left 25%", op=op))


def test_an_edit_is_named_by_its_id() -> None:
    assert named_task(saying("same as abcdefghjk")) == "abcdefghjk"
    assert named_task(saying("same")) is None
    assert named_task(WISH) is None


@pytest.mark.parametrize("place", [place for place, _ in EXAMPLES])
def test_every_example_can_be_used(place: str) -> None:
    parse_where(place)
    assert suggested(place)[0][0] == place
    assert all(0 < len(f"{one} — {about}") <= 100 for one, about in EXAMPLES)
