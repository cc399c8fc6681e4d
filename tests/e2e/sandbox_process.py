"""The sandbox as a process of its own, as `make sandbox` starts it."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+/#\S+")
STOP_TIMEOUT_S = 60


@contextmanager
def sandbox(data: Path, *arguments: str, **settings: str) -> Iterator[str]:
    """Run it on this data folder and give its address; it has to end cleanly when told to."""
    command = [sys.executable, "-m", "bot", "sandbox", "--port", "0", "--no-browser"]
    command += ["--data", str(data), *arguments]
    log_path = data.parent / f"{data.name}.log"
    with (
        log_path.open("a") as log,
        subprocess.Popen(
            command,
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            yield _address(process, log_path)
            process.send_signal(signal.SIGINT)
            assert process.wait(STOP_TIMEOUT_S) == 0
        finally:
            process.kill()


def read(data: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(data / "inpaint-bot.sqlite3")) as database:
        return database.execute(statement).fetchall()


def _address(process: subprocess.Popen[str], log_path: Path) -> str:
    assert process.stdout is not None
    for line in process.stdout:
        if found := ADDRESS.search(line):
            return found[0]
    raise AssertionError(f"the sandbox gave no address: {log_path.read_text()[-3000:]}")
