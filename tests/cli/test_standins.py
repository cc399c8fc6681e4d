"""`standins` as a process, and the command line pointed at it."""

import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

from tests.cli.conftest import Run
from tests.rights import ROOT

COMMAND = [sys.executable, "-m", "bot", "standins", "--port", "0", "--pace", "0"]


@contextmanager
def standins() -> Iterator[dict[str, str]]:
    """Run it and give what it prints; it has to end cleanly when told to."""
    pipe = subprocess.PIPE
    with subprocess.Popen(COMMAND, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stderr is not None
            assert process.stdout is not None
            yield _settings(process.stdout)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == 0
            assert "Paste these lines" in process.stderr.read()
        finally:
            process.kill()


def _settings(lines: Iterable[str]) -> dict[str, str]:
    told: dict[str, str] = {}
    for line in lines:
        name, _, value = line.strip().removeprefix("export ").partition("=")
        told[name] = value
        if name == "SCENARIO_TEAM_ID":
            break
    return told


def test_the_command_line_edits_through_a_standin_that_fetches_its_pictures(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    out = tmp_path / "demo.png"
    with standins() as told:
        for name, value in told.items():
            monkeypatch.setenv(name, value)
        checked = run("providers", "check")
        assert "modelslab: works; 43.6 USD left" in checked.out
        assert "scenario: works" in checked.out
        edited = run(
            *("edit", "--demo", "--out", out, "--provider", "qolaba", "--prompt", "a red vase")
        )
        assert edited.code == 0, edited.err
        assert "6 credits" in edited.out
    with Image.open(out) as picture:
        red, _, blue = picture.convert("RGB").getpixel((337, 105))  # pyright: ignore[reportGeneralTypeIssues, reportUnknownVariableType]
    assert red > blue
