"""`edit` with somebody at its terminal: what it asks, what it draws, and how it is stopped."""

import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image

from tests import assets
from tests.cli.terminals import at_terminal
from tests.rights import ROOT

pytestmark = pytest.mark.usefixtures("few_workers")


def typed(pair: tuple[Path, Path], *arguments: str) -> list[str]:
    files = [str(pair[0]), "--mask", str(pair[1]), "--out", str(pair[0].parent / "out.png")]
    return [sys.executable, "-m", "bot", "edit", *files, *arguments]


def test_at_a_terminal_a_doubtful_mask_is_asked_about(
    pair: tuple[Path, Path], inverted: Path, tmp_path: Path
) -> None:
    code, said = at_terminal(
        typed((pair[0], inverted), "--grow", "0"), "i\n", after="[g]o, [i]nvert"
    )
    assert "may be the wrong way round" in said
    assert code == 0, said
    with Image.open(tmp_path / "out.png") as result, Image.open(pair[0]) as photo:
        changed = assets.changed(result.convert("RGB"), photo).getbbox()
    # The lower part, which the mask had left black.
    assert changed is not None
    assert changed[1] >= 44


def test_at_a_terminal_a_bar_is_drawn_and_ctrl_c_takes_the_edit_back(tmp_path: Path) -> None:
    photo = assets.save(assets.photo(1400, 1400), tmp_path / "large.png")
    marks = assets.save(assets.mask(1400, 1400, (50, 300, 1350, 1000)), tmp_path / "marks.png")
    command = typed((photo, marks), "--count", "8")
    passing = {"TMPDIR": str(tmp_path / "tmp")}
    code, said = at_terminal(command, "\x03", after="Local: Filling", more=passing)
    assert "▱" in said
    assert " % Local: Filling 1 of 8." in said
    assert "Cancelled. Nothing was charged." in said
    assert "Traceback" not in said
    assert code == 130
    assert list(tmp_path.glob("out*")) == []
    assert list((tmp_path / "tmp").iterdir()) == []


def test_a_termination_takes_the_edit_back_too(tmp_path: Path) -> None:
    photo = assets.save(assets.photo(1400, 1400), tmp_path / "large.png")
    marks = assets.save(assets.mask(1400, 1400, (50, 300, 1350, 1000)), tmp_path / "marks.png")
    folder = tmp_path / "data"
    command = typed((photo, marks), "--count", "8", "--data", str(folder))
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
        until = time.monotonic() + 60
        while _states(folder) != ["running"] and time.monotonic() < until:
            time.sleep(0.05)
        process.terminate()
        _, said = process.communicate(timeout=60)
    assert (process.returncode, _states(folder)) == (130, ["cancelled"])
    assert said.endswith("Cancelled. Nothing was charged.\n")


def _states(folder: Path) -> list[str]:
    try:
        file = f"file:{folder / 'inpaint-bot.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as connection:
            return [state for (state,) in connection.execute("SELECT state FROM tasks")]
    except sqlite3.OperationalError:  # not made yet
        return []
