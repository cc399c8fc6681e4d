"""How late an event loop is for what is due, here and in an idle process beside it."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager

from tests.standin.process import ROOT

EVERY_S = 0.01


async def watch(late_s: list[float]) -> None:
    """Append how much later than asked each nap ended, until cancelled."""
    loop = asyncio.get_running_loop()
    while True:
        due_s = loop.time() + EVERY_S
        await asyncio.sleep(EVERY_S)
        late_s.append(loop.time() - due_s)


@contextmanager
def idle_beside() -> Generator[list[float]]:
    """The same of a process that does nothing else; the list is filled at the end."""
    late_s: list[float] = []
    command = [sys.executable, "-m", "bench.lag"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield late_s
        finally:
            answer, _ = process.communicate("")
            late_s.extend(json.loads(answer))


async def _idle() -> list[float]:
    late_s: list[float] = []
    watching = asyncio.create_task(watch(late_s))
    await asyncio.to_thread(sys.stdin.read)
    watching.cancel()
    return late_s


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(_idle())))
