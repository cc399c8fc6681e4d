"""Starts the stand-in and the bot, prints as they go, and keeps enough to go on another time."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.processes import members
from tests.soak import sample, wishes
from tests.soak.sample import Sample, Verdict
from tests.standin.process import ROOT, Standin, running

EVERY = 500
UNLIMITED = 1_000_000
# What a stopped bot may take until its processes are gone.
GONE_S_MAX = 30.0
DAY_S_MAX = 24 * 3600.0
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Story:
    """All samples, over all lives, and what is wrong."""

    samples: list[Sample]
    verdicts: list[Verdict]

    @property
    def is_good(self) -> bool:
        """Whether nothing was left behind and nothing grew too much."""
        return all(each.is_good for each in self.verdicts)


def tell(folder: Path, count: int, say: Say, every: int = EVERY) -> Story:
    """Go on from where the folder's state stands until `count` edits are done."""
    state = folder / "state.json"
    samples = _kept(state)
    with running(folder, seconds_max=DAY_S_MAX) as standin:
        standin.turn(requests_per_window=UNLIMITED)
        standin.plan(wishes.plans(count))
        before = samples[-1].done if samples else 0
        with _bot(folder, standin, samples, count, every) as process:
            assert process.stdout is not None
            for line in process.stdout:
                samples.append(sample.from_json(json.loads(line)))
                _keep(state, samples)
                say(samples[-1].line())
            code = process.wait()
        orphans = _orphans(process.pid)
        twice = _posted_twice(standin) if count > before else 0
    found = [each for life in sample.lives(samples) for each in sample.verdicts(life)]
    missing = count - (samples[-1].done if samples else 0)
    found += [
        Verdict("edits missing", missing, missing <= 0),
        Verdict("cards posted twice", twice, not twice),
        Verdict("processes that outlived the bot", len(orphans), not orphans),
        Verdict("exit code of the bot", code, not code),
    ]
    return Story(samples, found)


@contextmanager
def _bot(
    folder: Path, standin: Standin, samples: list[Sample], count: int, every: int
) -> Iterator[subprocess.Popen[str]]:
    first = samples[-1].done if samples else 0
    offset_s = samples[-1].offset_s if samples else 0.0
    command = [sys.executable, "-m", "tests.soak.botproc", "--standin", standin.base_url]
    command += ["--folder", str(folder), "--first", str(first), "--count", str(count)]
    command += ["--every", str(every), "--offset-s", str(offset_s)]
    with (
        (folder / "bot.log").open("ab") as log,
        subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()


def _orphans(session: int) -> list[int]:
    """Processes of the bot that are still there after some seconds, ended by their ids."""
    until_s = time.monotonic() + GONE_S_MAX
    while (found := members([session])) and time.monotonic() < until_s:
        time.sleep(0.1)
    for process in found:
        os.kill(process, signal.SIGKILL)
    return found


def _posted_twice(standin: Standin) -> int:
    """Cards whose nonce was given to more than one message."""
    nonces = [event["nonce"] for event in standin.events("create") if not event["reply_to"]]
    return len(nonces) - len(set(nonces))


def _kept(state: Path) -> list[Sample]:
    if not state.exists():
        return []
    return [sample.from_json(each) for each in json.loads(state.read_text())]


def _keep(state: Path, samples: list[Sample]) -> None:
    fresh = state.with_suffix(".new")
    fresh.write_text(json.dumps([each.to_json() for each in samples]))
    fresh.replace(state)
