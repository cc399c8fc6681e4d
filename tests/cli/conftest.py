"""Commands run in this process, with no settings but those that a test gives."""

import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli import main
from bot.settings import Settings


@dataclass(frozen=True)
class Ended:
    """What a command left behind: its exit code and what it said."""

    code: int
    out: str
    err: str


Run = Callable[..., Ended]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the environment nor a `.env` of whoever runs the tests."""
    for name in os.environ:
        if name.lower() in Settings.model_fields:
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(autouse=True)
def _same_logging() -> Iterator[None]:
    """Commands set up logging; the tests after them have their own."""
    root, discord = logging.getLogger(), logging.getLogger("discord")
    handlers, level, quiet = root.handlers[:], root.level, discord.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    discord.setLevel(quiet)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder that is not there yet."""
    return tmp_path / "data"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("db", "check")` is what typing `inpaint-bot db check` does."""

    def command(*arguments: object) -> Ended:
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return command
