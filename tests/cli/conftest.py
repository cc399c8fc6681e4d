"""Commands run in this process, with no settings but those that a test gives."""

import logging
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.cli.command import execute
from bot.providers import Factory
from bot.settings import Settings
from tests import assets


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

    def command(*arguments: object, providers: Sequence[Factory] | None = None) -> Ended:
        capsys.readouterr()
        code = execute([str(argument) for argument in arguments], providers=providers)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return command


@pytest.fixture
def few_workers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """And passing folders where a test can look for them."""
    monkeypatch.setenv("WORKERS_SHORT", "1")
    monkeypatch.setenv("WORKERS_FILL", "1")
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[Path, Path]:
    """A photo and a mask for its middle."""
    photo = assets.save(assets.photo(96, 72), tmp_path / "photo.png")
    return photo, assets.save(assets.mask(96, 72), tmp_path / "mask.png")


@pytest.fixture
def inverted(tmp_path: Path) -> Path:
    """A mask of most of the picture, as when black and white were mixed up."""
    return assets.save(assets.mask(96, 72, (0, 0, 96, 44)), tmp_path / "inverted.png")
