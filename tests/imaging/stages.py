"""Stages for the worker tests: a worker finds them by their name."""

import os
import signal
import time
from pathlib import Path

from bot.errors import NotSent


class Stubborn(Exception):
    """Cannot be unpickled: it wants two arguments and passes on one."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


def nap(seconds: float, leave: Path | None = None) -> int:
    if leave:
        leave.write_text(str(os.getpid()))
    time.sleep(seconds)
    return os.getpid()


def hold(leave: Path, go_on: Path) -> int:
    """Until a test says to go on."""
    leave.write_text(str(os.getpid()))
    while not go_on.exists():
        time.sleep(0.01)
    return os.getpid()


def meet(folder: Path, number: int) -> int:
    """Until as many are here."""
    (folder / str(os.getpid())).touch()
    while len(list(folder.iterdir())) < number:
        time.sleep(0.01)
    return os.getpid()


def crash() -> None:
    os._exit(3)


def kill_itself() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def interrupt_itself() -> str:
    os.kill(os.getpid(), signal.SIGINT)
    return "still here"


def hog(mib: int) -> int:
    return len(bytearray(mib * 1024 * 1024))


def fail_on_purpose() -> None:
    raise NotSent("for the member", log="for the operator", retry_after_s=7.5)


def fail_stubbornly() -> None:
    raise Stubborn("a", "b")


def fail_as_a_bug() -> None:
    raise KeyError("a bug")


def niceness() -> int:
    return os.nice(0)


def loaded(*names: str) -> list[str]:
    import sys

    return [name for name in names if name in sys.modules]
