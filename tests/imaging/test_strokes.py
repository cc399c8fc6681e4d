"""The painting page's operations: what is read, what is refused, and each pixel that is drawn."""

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from bot.domain import MaskSource
from bot.errors import BadMask
from bot.imaging import drawn
from bot.imaging.drawn import core_from_strokes, draw
from bot.imaging.strokes import (
    NUMBERS_MAX,
    OPERATIONS_MAX,
    Box,
    Clear,
    Invert,
    Keep,
    Lasso,
    Move,
    Operation,
    Stroke,
    parse,
)

SIZE = (61, 47)
ACROSS, DOWN = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
Marks = NDArray[np.bool_]
INVERT = {"t": "i"}


def document(*operations: object, size: object = SIZE) -> str:
    return json.dumps({"size": size, "operations": operations})


def test_every_operation_is_read() -> None:
    read = parse(
        document(
            {"t": "k"},
            {"t": "s", "r": 2.5, "p": [1, 2, 3.5, -4]},
            {"t": "s", "r": 3, "p": [1, 2], "e": 1},
            {"t": "b", "p": [0, 1, 2, 3], "e": 0},
            {"t": "l", "p": [0, 0, 9, 0, 9, 9], "e": 1},
            {"t": "m", "p": [-3, 4]},
            INVERT,
            {"t": "c"},
        ),
        SIZE,
    )
    assert read == (
        Keep(),
        Stroke((1, 2, 3.5, -4), 2.5),
        Stroke((1, 2), 3, erases=True),
        Box(0, 1, 2, 3),
        Lasso((0, 0, 9, 0, 9, 9), erases=True),
        Move(-3, 4),
        Invert(),
        Clear(),
    )


STROKE = {"t": "s", "r": 2, "p": [1, 1]}
REFUSED: dict[str, object] = {
    "no type": {"p": [1, 1]},
    "unknown type": {"t": "z"},
    "type of another kind": {"t": ["s"]},
    "no object": 3,
    "no radius": {"t": "s", "p": [1, 1]},
    "radius 0": STROKE | {"r": 0},
    "negative radius": STROKE | {"r": -2},
    "huge radius": STROKE | {"r": 62},
    "radius is true": STROKE | {"r": True},
    "radius is a text": STROKE | {"r": "2"},
    "no points": {"t": "s", "r": 2},
    "points are no list": STROKE | {"p": {"x": 1}},
    "empty stroke": STROKE | {"p": []},
    "odd count": STROKE | {"p": [1, 2, 3]},
    "a null": STROKE | {"p": [1, None]},
    "far left": STROKE | {"p": [-62, 0]},
    "far right": STROKE | {"p": [123, 0]},
    "far down": STROKE | {"p": [0, 95]},
    "NaN": STROKE | {"p": [math.nan, 1]},
    "infinite": STROKE | {"p": [1, math.inf]},
    "a number of 400 digits": STROKE | {"p": [1, 10**400]},
    "erases twice": STROKE | {"e": 2},
    "erases by word": STROKE | {"e": "yes"},
    "box with two numbers": {"t": "b", "p": [1, 1]},
    "box with six numbers": {"t": "b", "p": [1, 1, 2, 2, 3, 3]},
    "box the wrong way round": {"t": "b", "p": [9, 1, 2, 5]},
    "lasso with two points": {"t": "l", "p": [1, 1, 2, 2]},
    "move by half a pixel": {"t": "m", "p": [0.5, 1]},
    "move of two points": {"t": "m", "p": [1, 1, 2, 2]},
}


@pytest.mark.parametrize("operation", REFUSED.values(), ids=REFUSED)
def test_what_is_no_operation_is_refused(operation: object) -> None:
    with pytest.raises(BadMask) as caught:
        parse(document(operation), SIZE)
    assert "Nothing was charged" in caught.value.sentence


SHEETS = {
    "nothing": "",
    "rubbish": "{",
    "a list": "[]",
    "no operations": '{"size": [61, 47]}',
    "operations are an object": '{"size": [61, 47], "operations": {}}',
    "another size": document(INVERT, size=[47, 61]),
    "no size": '{"operations": []}',
    "deeper than anybody digs": "[" * 100_000,
    "a number of 5000 digits": '{"size": [61, 47], "operations": [{"t": "i", "p": %s}]}'
    % ("9" * 5000),
    "not UTF-8": b'{"size": "\xff"}',
}


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=SHEETS)
def test_what_is_no_document_is_refused(sheet: str | bytes) -> None:
    with pytest.raises(BadMask):
        parse(sheet, SIZE)


def test_two_thousand_strokes_are_taken_and_no_more() -> None:
    strokes = [STROKE] * OPERATIONS_MAX
    assert len(parse(document(*strokes), SIZE)) == 2000
    with pytest.raises(BadMask, match="2,001 steps"):
        parse(document(*strokes, INVERT), SIZE)


def test_numbers_and_bytes_have_a_limit() -> None:
    half = STROKE | {"p": [1] * (NUMBERS_MAX // 2)}
    assert parse(document(half, half), SIZE)
    with pytest.raises(BadMask, match="numbers"):
        parse(document(half, half, STROKE), SIZE)
    with pytest.raises(BadMask, match="MiB"):
        parse(document() + " " * 2 * 1024 * 1024, SIZE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=5) | st.dictionaries(st.sampled_from("tpre"), inner, max_size=4)
    ),
    max_leaves=12,
)
NUMBERS = st.lists(st.floats() | st.integers() | st.sampled_from([1, 20, 2.5]), max_size=8)
ALMOST = st.fixed_dictionaries(
    {"t": st.sampled_from("sblmkic")},
    optional={"p": NUMBERS | JSON, "r": st.floats() | st.just(3) | JSON, "e": JSON},
)


@given(st.lists(ALMOST | JSON, max_size=4))
def test_whatever_comes_is_drawn_or_refused(operations: list[Any]) -> None:
    try:
        read = parse(document(*operations), SIZE)
    except BadMask:
        return
    assert draw(read, SIZE).size == SIZE


@given(st.text() | st.binary())
def test_any_text_is_refused(sheet: str | bytes) -> None:
    with pytest.raises(BadMask):
        parse(sheet, SIZE)


def marks(*operations: Operation, kept: Image.Image | None = None) -> Marks:
    picture = draw(operations, SIZE, kept)
    assert picture.mode == "L"
    assert set(picture.histogram()[1:255]) == {0}
    return np.asarray(picture) == 255


def near(line: list[tuple[float, float]], radius: float) -> Marks:
    """Each pixel's distance to each segment, as in a school book."""
    found = np.zeros(ACROSS.shape, np.bool_)
    for (ax, ay), (bx, by) in zip(line[:-1] or line, line[1:] or line, strict=True):
        dx, dy = bx - ax, by - ay
        part = ((ACROSS - ax) * dx + (DOWN - ay) * dy) / ((dx * dx + dy * dy) or 1)
        part = np.clip(part, 0, 1)
        found |= np.hypot(ACROSS - ax - part * dx, DOWN - ay - part * dy) <= radius
    return found


def inside(line: list[tuple[float, float]]) -> tuple[Marks, Marks]:
    """Count for each pixel the edges to its left; the second says where an edge is too near."""
    found, unsure = np.zeros((2, *ACROSS.shape), np.bool_)
    for (ax, ay), (bx, by) in zip(line, [*line[1:], line[0]], strict=True):
        unsure |= np.isclose(DOWN, ay) | np.isclose(DOWN, by)
        if ay == by:
            continue
        x = ax + (DOWN - ay) / (by - ay) * (bx - ax)
        found ^= ((ay > DOWN) != (by > DOWN)) & (x <= ACROSS)
        unsure |= np.isclose(x, ACROSS)
    return found, unsure


# Where a pixel's middle lies on an edge, both answers are right.
TINY = 1e-6
PLACES = st.tuples(
    st.integers(-30, 150).map(lambda n: n / 3 + 0.1),
    st.integers(-30, 120).map(lambda n: n / 3 + 0.1),
)


def flat(line: list[tuple[float, float]]) -> tuple[float, ...]:
    return tuple(number for place in line for number in place)


@given(st.lists(PLACES, min_size=1, max_size=6), st.integers(2, 60).map(lambda n: n / 4))
def test_a_stroke_is_what_is_near_its_line(line: list[tuple[float, float]], radius: float) -> None:
    found = marks(Stroke(flat(line), radius))
    assert not (near(line, radius - TINY) & ~found).any()
    assert not (found & ~near(line, radius + TINY)).any()


@given(st.lists(PLACES, min_size=3, max_size=7))
def test_a_lasso_is_what_it_goes_around(line: list[tuple[float, float]]) -> None:
    expected, unsure = inside(line)
    assert ((marks(Lasso(flat(line))) == expected) | unsure).all()


def box(left: int, top: int, right: int, bottom: int) -> Marks:
    found = np.zeros(ACROSS.shape, np.bool_)
    found[max(0, top) : max(0, bottom), max(0, left) : max(0, right)] = True
    return found


A, B = Box(5, 6, 30, 20), Box(20, 10, 50, 40)
a, b = box(5, 6, 30, 20), box(20, 10, 50, 40)
EVEN = Image.fromarray((ACROSS.astype(int) % 2 == 0).astype(np.uint8) * 255).convert("1")
even = ACROSS.astype(int) % 2 == 0
TABLE: dict[str, tuple[tuple[Operation, ...], Marks]] = {
    "nothing": ((), box(0, 0, 0, 0)),
    "two boxes": ((A, B), a | b),
    "erased": ((A, Box(20, 10, 50, 40, erases=True)), a & ~b),
    "erased and painted again": ((A, Box(20, 10, 50, 40, erases=True), B), a | b),
    "beyond the border": ((Box(-20, -20, 5, 5),), box(0, 0, 5, 5)),
    "half pixels": ((Box(4.5, 4.6, 8.4, 8.5),), box(4, 5, 8, 8)),
    "inverted": ((A, Invert()), ~a),
    "inverted twice": ((A, Invert(), Invert()), a),
    "painted on inverted": ((A, Invert(), B), ~a | b),
    "erased on inverted": ((A, Invert(), Box(20, 10, 50, 40, erases=True)), ~a & ~b),
    "moved": ((A, Move(3, -2)), box(8, 4, 33, 18)),
    "moved over the border and back": ((A, Move(40, 0), Move(-40, 0)), box(5, 6, 21, 20)),
    "moved after inverting": ((A, Invert(), Move(10, 0)), np.roll(~a, 10, 1) & (ACROSS > 10)),
    "moved away": ((A, Move(0, 90)), box(0, 0, 0, 0)),
    "cleared": ((A, Invert(), Clear(), B), b),
    "kept": ((Keep(), A), even | a),
    "kept on inverted": ((A, Invert(), Keep(), Invert()), a & ~even),
    "erased with a lasso": ((A, Lasso((20, 10, 50, 10, 50, 40, 20, 40), erases=True)), a & ~b),
}


@pytest.mark.parametrize(("operations", "expected"), TABLE.values(), ids=TABLE)
def test_operations_together(operations: tuple[Operation, ...], expected: Marks) -> None:
    assert (marks(*operations, kept=EVEN) == expected).all()


@pytest.mark.parametrize(
    "limit", [lambda: ("RUNS_TOUCHED_MAX", 1000), lambda: ("CELLS_TOUCHED_MAX", 10_000)]
)
def test_painting_over_and_over_has_an_end(
    limit: Callable[[], tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drawn, *limit())
    turns = [Stroke((10, 10, 50, 40), 8, erases=n % 2 == 1) for n in range(60)]
    assert marks(turns[0]).any()
    with pytest.raises(BadMask, match="over and over"):
        marks(*turns)


def test_many_runs_are_filled_in_several_goes(monkeypatch: pytest.MonkeyPatch) -> None:
    line = [(n % 50 + 3.1, n % 40 + 3.2) for n in range(0, 900, 7)]
    expected = near(line, 2.003)
    for module, name in ((drawn, "RUNS_MAX"), (drawn.scanline, "RUNS_MAX")):
        monkeypatch.setattr(module, name, 50)
    monkeypatch.setattr(drawn.scanline, "CELLS_MAX", 200)
    assert (marks(Stroke(flat(line), 2.003)) == expected).all()


def test_the_core_is_drawn_from_the_file(tmp_path: Path) -> None:
    sheet, kept = tmp_path / "strokes.json", tmp_path / "kept.png"
    sheet.write_text(document({"t": "k"}, {"t": "b", "p": [5, 6, 30, 20]}))
    EVEN.save(kept)
    core = core_from_strokes(sheet, SIZE, kept)
    assert core.source is MaskSource.PAGE
    assert not core.inverted
    assert ((np.asarray(core.image) == 255) == (even | a)).all()
    assert (np.asarray(core_from_strokes(sheet, SIZE, None).image) == 255).sum() == a.sum()
