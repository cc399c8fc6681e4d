"""A terminal with somebody at it, for commands that ask and draw."""

import os
import pty
import subprocess
import sys
import time
from collections.abc import Mapping

from tests.rights import ROOT

PATIENCE_S = 60.0
# So that Ctrl-C, typed there, is a signal to what runs, also where the tests run in the background
# of a shell, which has those ignore it.
TAKE_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0); "
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)


def at_terminal(
    command: list[str], typed: str, *, after: str, more: Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run it, type once it has said `after` (a control character counts), and give all it said."""
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL, *command],
        cwd=ROOT,
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
        env={**os.environ, **(more or {}), "COLUMNS": "100"},
    ) as process:
        os.close(follower)
        try:
            said = _talk(leader, typed.encode(), after.encode())
            return process.wait(PATIENCE_S), said
        finally:
            process.kill()
            os.close(leader)


def _talk(leader: int, typed: bytes, after: bytes) -> str:
    said, until, is_typed = b"", time.monotonic() + PATIENCE_S, False
    while time.monotonic() < until:
        try:
            said += os.read(leader, 4096)
        except OSError:  # how Linux says that nobody is on the other side any more
            return said.decode()
        if not is_typed and after in said:
            os.write(leader, typed)
            is_typed = True
    raise TimeoutError(said.decode())
