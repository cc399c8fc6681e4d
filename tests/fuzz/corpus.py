"""The n-th file of a seed: first what was made by hand, then what dice broke. Nothing is kept."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from random import Random

from tests.fuzz import sound
from tests.fuzz.bombs import bombs, mask_bombs
from tests.fuzz.mutate import mutated
from tests.fuzz.papers import paper, papers
from tests.fuzz.polyglots import polyglots

SUFFIXES = ("", ".png", ".jpg", ".gif", ".webp", ".txt", ".exe", ".png.html", ".PNG", ".svg")


class Door(Enum):
    """Where a file comes in."""

    PICTURE = "picture"
    MASK = "mask"
    PAINTED = "painted copy"
    RESULT = "result"
    PAGE = "page"


WEIGHTS = {Door.PICTURE: 50, Door.MASK: 20, Door.PAINTED: 10, Door.RESULT: 12, Door.PAGE: 8}


@dataclass(frozen=True, slots=True)
class Case:
    """A file, the door it is given to, and a name that says nothing about what it is."""

    n: int
    name: str
    door: Door
    data: bytes
    suffix: str = ""


@cache
def specials() -> Sequence[tuple[Door, str, Callable[[], bytes]]]:
    """What was made by hand; results get the pictures' bombs, too."""
    glued = {name: _always(data) for name, data in polyglots().items()}
    whole = {name: _always(data) for name, data in sound.pictures().items()}
    by_door: dict[Door, Mapping[str, Callable[[], bytes]]] = {
        Door.PICTURE: {**whole, **glued, **bombs()},
        Door.MASK: {**_all(sound.masks()), **glued, **mask_bombs()},
        Door.PAINTED: _all(sound.copies()),
        Door.RESULT: {**whole, **bombs()},
        Door.PAGE: {name: _always(_text(made)) for name, made in papers().items()},
    }
    return [(door, name, make) for door, all_ in by_door.items() for name, make in all_.items()]


def special(n: int) -> Case:
    """The n-th made by hand."""
    door, name, make = specials()[n]
    return Case(n, name, door, make(), SUFFIXES[n % len(SUFFIXES)])


def broken(n: int, seed: int) -> Case:
    """The n-th of a seed, broken by dice."""
    dice = Random(f"{seed}:{n}")
    (door,) = dice.choices(list(WEIGHTS), list(WEIGHTS.values()))
    suffix = dice.choice(SUFFIXES)
    if door is Door.PAGE:
        return Case(n, "page", door, paper(dice), suffix)
    sounds = _sounds(door)
    name = dice.choice(list(sounds))
    how, data = mutated(sounds[name], dice, list(_sounds(Door.PICTURE).values()))
    return Case(n, f"{name} {how}", door, data, suffix)


def case(n: int, seed: int) -> Case:
    """The n-th of all: those made by hand come first."""
    return special(n) if n < len(specials()) else broken(n, seed)


def _sounds(door: Door) -> Mapping[str, bytes]:
    if door is Door.MASK:
        return sound.masks()
    return sound.copies() if door is Door.PAINTED else sound.pictures()


def _all(files: Mapping[str, bytes]) -> dict[str, Callable[[], bytes]]:
    return {name: _always(data) for name, data in files.items()}


def _always(data: bytes) -> Callable[[], bytes]:
    return lambda: data


def _text(made: object) -> bytes:
    return made if isinstance(made, bytes) else json.dumps(made).encode()
