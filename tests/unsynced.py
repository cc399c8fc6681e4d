"""Writes that no test outlives: nobody pulls the plug of a test, so nothing waits for the disk.

Kill tests and everything else in a process of its own sync as the bot does.
"""

import os
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import pytest

from bot.db import engine

_prepare = engine._prepare


@contextmanager
def unsynced() -> Generator[None]:
    """Commits and files are as good as safe."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_prepare", _hastily)
        patch.setattr(os, "fsync", lambda _descriptor: None)
        yield


def _hastily(connection: Any, pragmas: tuple[str, ...]) -> None:
    _prepare(connection, (*pragmas, "synchronous=OFF"))
