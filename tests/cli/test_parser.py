"""Every command leads to a function that exists."""

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli.command import find_act
from bot.cli.parser import build_parser
from tests.cli.conftest import Run
from tests.rights import ROOT


def leaves(parser: argparse.ArgumentParser, name: str = "") -> Iterator[tuple[str, str]]:
    """Each command with the name of its function."""
    groups = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not groups:
        yield name.strip(), parser.get_default("act")
    for group in groups:
        for word, command in group.choices.items():
            yield from leaves(command, f"{name} {word}")


COMMANDS = dict(leaves(build_parser()))


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_has_its_function(command: str) -> None:
    assert asyncio.iscoroutinefunction(find_act(COMMANDS[command]))


def test_the_docs_name_every_command() -> None:
    page = (ROOT / "docs" / "operating.md").read_text("utf-8")
    assert [command for command in COMMANDS if f"`{command}" not in page] == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["edit", "--out", "x.png"],
        ["edit", "photo.png", "--demo", "--out", "x.png"],
        ["edit", "photo.png"],
        ["edit", "--demo", "--out", "x.png", "--count", "9"],
        ["edit", "--demo", "--out", "x.png", "--grow", "-3"],
        ["edit", "--demo", "--out", "x.png", "--seed", "1.5"],
        ["ledger", "grant", "user:1:2", "many"],
        ["ledger", "grant", "user:1:2", "1.5"],
        ["ledger", "statement", "user:1:2", "--limit", "0"],
        ["db"],
        [],
    ],
    ids=" ".join,
)
def test_arguments_that_do_not_fit_are_refused_before_anything_runs(
    run: Run, arguments: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    with pytest.raises(SystemExit) as ended:
        run(*arguments)
    assert ended.value.code == 2
    assert "usage: inpaint-bot" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
