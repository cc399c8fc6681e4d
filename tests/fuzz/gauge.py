"""What the worker processes have used, as Linux counts it; zero where there is no /proc."""

import multiprocessing
import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

TICKS_PER_S = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Used:
    """Of all workers together: seconds of CPU; of the largest: MiB resident and mapped at most."""

    cpu_s: float = 0.0
    resident_mib: float = 0.0
    mapped_mib: float = 0.0


def used() -> Used:
    """Look at every worker of this process."""
    cpu_s = resident = mapped = 0.0
    for child in multiprocessing.active_children():
        with suppress(OSError, ValueError, IndexError):
            cpu_s += _cpu_s(child.pid)
            peaks = _peaks_kib(child.pid)
            resident = max(resident, peaks.get("VmHWM", 0))
            mapped = max(mapped, peaks.get("VmPeak", 0))
    return Used(cpu_s, resident / 1024, mapped / 1024)


def _cpu_s(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


def _peaks_kib(pid: int | None) -> dict[str, int]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    rows = [line.split() for line in lines if line.startswith(("VmHWM", "VmPeak"))]
    return {row[0].rstrip(":"): int(row[1]) for row in rows}
