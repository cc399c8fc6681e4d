"""Long lists, a page at a time."""

from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of a list: `number` counts from 1, `pages` is at least 1."""

    items: tuple[T, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class Window:
    """Where a page lies in a list of `total`."""

    number: int
    pages: int
    offset: int


def window(total: int, number: int, size: int) -> Window:
    """The page of this number, or the nearest that there is."""
    pages = max(1, -(-total // size))
    nearest = min(max(1, number), pages)
    return Window(nearest, pages, (nearest - 1) * size)
