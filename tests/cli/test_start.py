"""All that would keep the bot from starting, as one readable list."""

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from discord.http import Route

from bot.db.folder import locked
from bot.db.migrate import upgrade
from tests.cli.conftest import Run
from tests.rights import ROOT

TOKEN = "MTA5.standin.token"


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody answers in Discord's place."""
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1")
    monkeypatch.setenv("WEB_PORT", "0")


@contextmanager
def taken_port() -> Iterator[int]:
    with closing(socket.socket()) as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_one_mistake_is_one_sentence(run: Run, data: Path) -> None:
    ended = run("run", "--data", data)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("DISCORD_TOKEN is not set. ")
    assert ended.err.count("\n") == 1


def test_everything_wrong_is_said_at_once(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(".env").write_text("DISCORD_TOKN=x\nDRAFT_MINUTES=soon\n")
    monkeypatch.setenv("DEFAULT_PROVIDER", "nobody")
    upgrade(data / "inpaint-bot.sqlite3")
    with closing(sqlite3.connect(data / "inpaint-bot.sqlite3")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with locked(data), taken_port() as port:
        monkeypatch.setenv("WEB_PORT", str(port))
        ended = run("run", "--data", data)
    assert ended.code == 2
    head, *mistakes = ended.err.splitlines()
    assert head == "There are 7 things to mend first:"
    found = (
        "DISCORD_TOKN in .env is no setting",
        "DRAFT_MINUTES (.env): 'soon' is not a whole number",
        "DEFAULT_PROVIDER: there is no provider 'nobody'",
        "Another inpaint-bot is already running",
        "The database is of a newer version (9999)",
        str(port),
        "DISCORD_TOKEN is not set",
    )
    for mistake, part in zip(mistakes, found, strict=True):
        assert mistake.startswith("- ")
        assert part in mistake


def test_a_token_is_tried_where_there_is_a_list_anyway(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)
    monkeypatch.setenv("DRAFT_MINUTES", "soon")
    ended = run("run", "--data", data)
    assert "DRAFT_MINUTES" in ended.err
    assert "- Discord cannot be reached." in ended.err
    assert TOKEN not in ended.err


def test_a_token_that_is_none_is_told_apart(
    run: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "0123456789abcdef0123456789abcdef")
    ended = run("run", "--data", data)
    assert ended.code == 2
    assert "does not look like a bot's token" in ended.err
    assert "0123456789" not in ended.err


def test_a_folder_that_cannot_be_is_said_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = run("run", "--data", tmp_path / "file" / "data")
    assert ended.err.count("The data folder") == 1
    assert "not a directory" in ended.err


@pytest.mark.parametrize("command", [["db", "check"], ["ledger", "check"], ["providers", "list"]])
def test_other_commands_want_right_settings_too(
    run: Run, monkeypatch: pytest.MonkeyPatch, command: list[str]
) -> None:
    monkeypatch.setenv("DRAFT_MINUTES", "soon")
    monkeypatch.setenv("LOG_JSON", "perhaps")
    ended = run(*command)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("There are 2 things to mend first:\n- ")


def test_nothing_is_opened_before_everything_is_right(run: Run, data: Path) -> None:
    run("run", "--data", data)
    assert [file.name for file in data.iterdir() if file.suffix != ".lock"] == []


def test_the_version_and_wrong_arguments_are_argparses_own() -> None:
    def typed(argument: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "bot", argument]
        return subprocess.run(command, check=False, cwd=ROOT, capture_output=True, text=True)

    told, wrong = typed("--version"), typed("dance")
    assert (told.returncode, told.stdout.split()[0]) == (0, "inpaint-bot")
    assert wrong.returncode == 2
    assert "invalid choice: 'dance'" in wrong.stderr
