"""Runs the bot, kills it at moments drawn from a seed, and lets a last run come to rest."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.crash import rows
from tests.crash.plans import FORGETFUL_CHANNELS, draw
from tests.crash.rows import Moment
from tests.standin.plans import Plan
from tests.standin.process import ROOT, Standin

READY_S_MAX = 30.0
HELD_S_MAX = 10.0
RUN_S_MAX = 3.0
START_S_MAX = 1.5
REST_S_MAX = 180.0
GRACE_S = 30.0
KEYS_PER_LIFE = (2, 5)
PREFERRED_S_MAX = 5.0
EARLY_S = 0.3
# When to kill, in shares of twelve: while starting, at any time, or while such a request is held
# open. Dealt like cards, so that every run of some length meets all of them.
MODES = {"start": 1, "any": 4, "submit": 2, "late": 1, "create": 2, "ping": 2}
HELD = ("submit", "late", "create", "ping")
DELAYS = {
    "create_before_s": (0.0, 0.2),
    "create_after_s": (0.0, 0.6),
    "edit_before_s": (0.0, 0.1),
    "edit_after_s": (0.0, 0.1),
}


@dataclass(slots=True)
class Run:
    """What happened so far."""

    folder: Path
    standin: Standin
    random: Random
    plans: dict[str, Plan] = field(default_factory=dict)
    deck: list[str] = field(default_factory=list)
    moments: list[tuple[str, Moment]] = field(default_factory=list)
    sessions: list[int] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The bot's data folder."""
        return self.folder / "data"

    def prepare(self, requests_per_window: int = 4) -> None:
        """Turn the stand-in's knobs for this run."""
        self.standin.turn(
            **DELAYS,
            requests_per_window=requests_per_window,
            window_s=1.0,
            forgetful_channels=list(FORGETFUL_CHANNELS),
        )

    def life(self) -> None:
        """Release some keys, start the bot, kill it, and note where the tasks stood."""
        mode = self._deal()
        self._release(self.random.randint(*KEYS_PER_LIFE), is_late=mode == "late")
        process = self._start()
        try:
            self._await_moment(mode, process)
        finally:
            self._kill(process)
        self.moments.append((mode, rows.at_death(self.data, self.folder)))

    def rest(self) -> None:
        """Run once more without delays until nothing is left to do, and stop gracefully."""
        self.standin.turn(**dict.fromkeys(DELAYS, (0.0, 0.0)))
        process = self._start()
        try:
            self._await_rest(process)
            process.terminate()
            if code := process.wait(timeout=GRACE_S):
                raise AssertionError(f"the bot ended with {code} when asked to stop")
        finally:
            self._kill(process)

    def left_behind(self) -> list[int]:
        """Return processes of any life that are still there after some seconds, and end them."""
        until = time.monotonic() + 5.0
        while (found := _members(self.sessions)) and time.monotonic() < until:
            time.sleep(0.1)
        for process in found:
            os.kill(process, signal.SIGKILL)
        return found

    def _deal(self) -> str:
        if not self.deck:
            self.deck = [mode for mode, share in MODES.items() for _ in range(share)]
            self.random.shuffle(self.deck)
        return self.deck.pop()

    def _release(self, count: int, *, is_late: bool) -> None:
        fresh = [
            draw(self.random, len(self.plans) + n, is_late=is_late and n == 0) for n in range(count)
        ]
        self.plans.update({plan.key: plan for plan in fresh})
        self.standin.plan(fresh)
        self.standin.release(count)

    def _start(self) -> subprocess.Popen[bytes]:
        self._ready.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.crash.botproc", "--standin", self.standin.base_url]
        command += ["--data", str(self.data), "--files", str(self.folder)]
        with (self.folder / "bot.log").open("ab") as log:
            process = subprocess.Popen(
                [*command, "--ready", str(self._ready)],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self.sessions.append(process.pid)
        return process

    @property
    def _ready(self) -> Path:
        return self.folder / "ready"

    def _await_moment(self, mode: str, process: subprocess.Popen[bytes]) -> None:
        """Return when it is time to kill; a random part of every window is let pass."""
        if mode == "start":
            time.sleep(self.random.uniform(0.1, START_S_MAX))
            return
        self._await_ready(process)
        if mode == "any":
            time.sleep(self.random.uniform(0.0, RUN_S_MAX))
            return
        # Not always the first one that comes along.
        time.sleep(self.random.choice((0.0, 0.0, 0.5, 1.0)))
        held = self.standin.wait(mode, timeout_s=PREFERRED_S_MAX)
        if held or (held := self.standin.wait(*HELD, timeout_s=HELD_S_MAX)):
            # A late call is left to arrive while the next bot is starting.
            longest_s = EARLY_S if mode == "late" else held["left_s"]
            time.sleep(self.random.uniform(0.0, min(longest_s, held["left_s"])))

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + READY_S_MAX
        while not self._ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the bot did not start:\n{self._log_tail()}")
            time.sleep(0.02)

    def _await_rest(self, process: subprocess.Popen[bytes]) -> None:
        self._await_ready(process)
        until = time.monotonic() + REST_S_MAX
        while left := rows.unsettled(self.data, len(self.plans)):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"no rest: {left}\n{self._log_tail()}")
            time.sleep(0.3)

    def _kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the bot's own process only: what it started has to notice by itself."""
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()

    def _log_tail(self) -> str:
        return "\n".join((self.folder / "bot.log").read_text().splitlines()[-40:])


def _members(sessions: list[int]) -> list[int]:
    """Return the processes that belong to these sessions."""
    found: list[int] = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            _, _, rest = entry.read_text().rpartition(") ")
        except (FileNotFoundError, ProcessLookupError):
            continue
        state, _, _, session, *_ = rest.split()
        if int(session) in sessions and state != "Z":
            found.append(int(entry.parent.name))
    return found
