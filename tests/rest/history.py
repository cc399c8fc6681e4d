"""What Discord answers to a search from a message on: the messages right behind it."""

from collections.abc import Callable
from typing import Any

PAGE = 100


def right_after(ask: Callable[[dict[str, Any]], list[Any]], params: dict[str, Any]) -> list[Any]:
    """The first few messages after one, newest first; SimCord would give the newest of all."""
    found: list[Any] = []
    while True:
        before = {"before": found[-1]["id"]} if found else {}
        page = ask({**params, **before, "limit": PAGE})
        found += page
        if len(page) < PAGE:
            return found[-int(params["limit"]) :]
