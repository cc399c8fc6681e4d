"""The stand-in as a process: it answers over loopback and ends by itself."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.standin.plans import Plan
from tests.standin.process import ROOT, running


def test_the_feed_offers_what_was_released_again_and_again(tmp_path: Path) -> None:
    with running(tmp_path) as standin:
        standin.plan([Plan(f"k{n}", outcome="failed") for n in range(3)])
        assert standin.release(2) == 2
        first, again = standin._ask("keys"), standin._ask("keys")
        assert [each["key"] for each in first["keys"]] == ["k0", "k1"]
        assert first == again
        assert "outcome" not in first["keys"][0]
        standin.turn(requests_per_window=99)
        assert standin.state()["events"] == {}
        assert standin.wait("submit", timeout_s=0.05) is None


def test_an_unknown_knob_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as standin, pytest.raises(OSError, match="400"):
        standin.turn(no_such_knob=1)


def test_it_ends_when_its_time_is_over(tmp_path: Path) -> None:
    with running(tmp_path, seconds_max=0.1) as standin:
        assert standin.process.wait(timeout=60) == 0


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    code = (
        "import time; from pathlib import Path; from tests.standin.process import running\n"
        f"with running(Path({str(tmp_path)!r})) as s:\n"
        "    print(s.process.pid, flush=True)\n"
        "    time.sleep(120)"
    )
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert _ends(child)


def _ends(process: int) -> bool:
    """Return whether a process that is not our child is gone, or a zombie, within a minute."""
    for _ in range(600):
        try:
            os.kill(process, 0)
            if " Z " in Path(f"/proc/{process}/stat").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.1)
    os.kill(process, signal.SIGKILL)
    return False
