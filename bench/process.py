"""The bot as a process of its own, timed and weighed from outside."""

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.standin.process import ROOT, running

UNLIMITED = 1_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """Seconds from the process's start; bytes in memory at rest, and around the tasks put on it."""

    ready_s: float
    ready_cpu_s: float
    rest_bytes: int = 0
    short_bytes: int = 0
    fill_bytes: int = 0
    warm_bytes: int = 0
    loaded_bytes: int = 0


def told(folder: Path, tasks: int) -> Told:
    """Start it twice on one data folder, against a Discord on loopback; the second time counts."""
    with running(folder) as standin:
        standin.turn(requests_per_window=UNLIMITED)
        command = [sys.executable, "-m", "bench.child", standin.discord_base, str(folder / "data")]
        _run([*command, "0"])
        return _run([*command, str(tasks)])


def _run(command: list[str]) -> Told:
    begun_s = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        facts: dict[str, Any] = {}
        for line in process.stdout:
            if not facts:
                facts["ready_s"] = time.perf_counter() - begun_s
            facts |= json.loads(line)
    if process.returncode or not facts:
        raise SystemExit(f"the bot under the bench ended with {process.returncode}")
    return Told(**facts)
