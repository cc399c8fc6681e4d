"""What runs inside a worker process: limits first, then one stage after the other.

Imports nothing heavy by itself: every worker pays for it when it starts.
"""

import contextlib
import ctypes
import importlib
import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any, TypeVar

T = TypeVar("T")
PR_SET_PDEATHSIG = 1
MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a worker may use; 0 MiB sets no limit. `preload` are modules its stages need."""

    memory_mib: int = 0
    niceness: int = 0
    preload: tuple[str, ...] = ()


def prepare(limits: Limits, parent_pid: int, lifeline: Connection) -> None:
    """Make this process a worker that dies with its parent."""
    _die_with(parent_pid, lifeline)
    # Pebble's own handler only runs between two bytecodes, so a fill in C would outlive its cancel.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if limits.niceness and sys.platform != "win32":
        os.nice(limits.niceness)
    for name in limits.preload:
        # A stage that needs what is missing says so itself.
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    _limit_memory(limits.memory_mib)


def run(stage: Callable[..., T], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> T:
    """Run one stage; what it raises reaches the parent, as text where it cannot be pickled."""
    try:
        return stage(*args, **kwargs)
    except BaseException as error:
        if _travels(error):
            raise
        raise RuntimeError(f"{type(error).__name__}: {error}") from None


def _die_with(parent_pid: int, lifeline: Connection) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:
            os._exit(1)
    threading.Thread(target=_wait_for_end, args=(lifeline,), daemon=True).start()


def _wait_for_end(lifeline: Connection) -> None:
    # Nobody ever writes: it becomes readable when the parent's end is gone.
    with contextlib.suppress(OSError):
        lifeline.poll(None)
    os._exit(1)


def _limit_memory(memory_mib: int) -> None:
    if memory_mib > 0 and sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_mib * MIB, memory_mib * MIB))


def _travels(error: BaseException) -> bool:
    try:
        pickle.loads(pickle.dumps(error))  # noqa: S301
    except Exception:  # noqa: BLE001 - a class may fail in any way here, and would break the pool.
        return False
    return True
