"""What the painting page may be made to send: operation lists, sound and otherwise."""

import json
from collections.abc import Mapping
from math import pi, sin
from random import Random

from tests.fuzz.sound import SIZE

# A large picture, for those that ask for much.
WIDE = (7000, 5700)
ODD = (
    None, True, "", "1", [], {}, -1, 0, 1, 2, 1e308, -1e308, 1e-320, 10**400, 0.1, "\ud800", [[]]
)  # fmt: skip


def papers() -> Mapping[str, object]:
    """Name -> document, or bytes that are none."""
    wild = [50 + 40 * sin(n * n) for n in range(4000)]
    zigzag = [side for n in range(60_000) for side in ((n % 2) * WIDE[0], n % WIDE[1])]
    return {
        "page of nothing": b"",
        "page of no JSON": b"{",
        "page of deep lists": b"[" * 100_000,
        "page of deep operations": b'{"size":[96,72],"operations":' + b"[" * 100_000,
        "page of NaN": b'{"size":[96,72],"operations":[{"t":"s","r":NaN,"p":[1,1]}]}',
        "page of Infinity": b'{"size":[96,72],"operations":[{"t":"b","p":[0,0,Infinity,9]}]}',
        "page of long numbers": b'{"size":[96,72],"operations":[{"t":"s","r":1,"p":[' + b"9" * 5000,
        "page in UTF-16": '{"size":[96,72]}'.encode("utf-16"),
        "page of half a pair": b'{"size":[96,72],"operations":[{"t":"\\ud800"}]}',
        "page of another size": _sheet([{"t": "i"}], (97, 72)),
        "page that turns 2,000 times": _sheet([{"t": "i"}] * 2000),
        "page with a wild lasso": _sheet([{"t": "l", "p": wild}]),
        "page with 2,000 wild lassos": _sheet([{"t": "l", "p": wild[:100]}] * 2000),
        "page with 2,000 moves of a large picture": _sheet([{"t": "m", "p": [3, 3]}] * 2000, WIDE),
        "page with 2,000 boxes over a large picture": _sheet(
            [{"t": "b", "p": [0, 0, *WIDE], "e": n % 2} for n in range(2000)], WIDE
        ),
        "page with 2,000 lassos over a large picture": _sheet(
            [{"t": "l", "p": [0, 0, WIDE[0], 0, *WIDE, 0, WIDE[1]]}] * 2000, WIDE
        ),
        "page with 60,000 edges in one lasso": _sheet([{"t": "l", "p": zigzag}], WIDE),
        "page with a huge brush, often": _sheet(
            [{"t": "s", "r": 7000, "p": zigzag[:90]}] * 1000, WIDE
        ),
        "page with a thin brush, far": _sheet([{"t": "s", "r": 0.5, "p": zigzag}], WIDE),
        "page with strokes and turns": _sheet(
            [{"t": "s", "r": 900, "p": zigzag[:50]}, {"t": "i"}, {"t": "k"}] * 600, WIDE
        ),
    }


def paper(dice: Random) -> bytes:
    """A document of random operations, sometimes broken as text."""
    operations = [_operation(dice) for _ in range(dice.choice((0, 1, 3, 40)))]
    text = json.dumps({"size": list(SIZE), "operations": operations}).encode()
    if dice.random() < 0.3:
        at = dice.randrange(len(text))
        text = text[:at] + dice.randbytes(dice.choice((0, 1, 4))) + text[at + dice.randrange(3) :]
    return text


def size_of(document: bytes) -> tuple[int, int]:
    """The picture that a document of this module is for."""
    return WIDE if b'"size": [7000, 5700]' in document else SIZE


def _operation(dice: Random) -> object:
    count = dice.choice((0, 1, 2, 4, 6, 7, 40))
    made: dict[str, object] = {
        "t": dice.choice("sblmkicx"),
        "p": [_number(dice) for _ in range(count)],
        "r": dice.choice((0.5, 1, 12.5, 96, 1e9)),
        "e": dice.choice((0, 1)),
    }
    if dice.random() < 0.2:
        made[dice.choice(("t", "p", "r", "e"))] = dice.choice(ODD)
    if dice.random() < 0.05:
        made.pop(dice.choice("tpre"))
    return made if dice.random() < 0.97 else dice.choice(ODD)


def _number(dice: Random) -> object:
    if dice.random() < 0.02:
        return dice.choice(ODD)
    return round(dice.uniform(-20, 110) * sin(dice.random() * pi), dice.choice((0, 2)))


def _sheet(operations: list[dict[str, object]], size: tuple[int, int] = SIZE) -> object:
    return {"size": list(size), "operations": operations}
