"""Runs the bot until it dies, at moments drawn from a seed, and lets a last run come to rest."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from tests.crash import rows
from tests.crash.faults import Fault, read_trace
from tests.crash.kinds import BY_HAND, FIRST, SELDOM, Hit, aim
from tests.crash.painting import paint
from tests.crash.plans import DEEDS, FORGET, FORGETFUL_CHANNELS, deed_of, draw, picture_name
from tests.crash.rows import Moment
from tests.processes import members
from tests.standin.plans import Plan
from tests.standin.process import ROOT, Standin

READY_S_MAX = 60.0
HELD_S_MAX = 10.0
FAULT_S_MAX = 12.0
RUN_S_MAX = 3.0
START_S_MAX = 1.5
REST_S_MAX = 180.0
GRACE_S = 60.0
KEYS_PER_LIFE = (2, 5)
PREFERRED_S_MAX = 5.0
EARLY_S = 0.3
# When to kill, in shares: while starting, at any time, while such a request is held open, or where
# the process ends itself. Dealt like cards, so that every run of some length meets all of them.
FAULT = "fault"
MODES = {"start": 1, "any": 3, "submit": 2, "late": 1, "create": 2, "ping": 1, FAULT: 14}
HELD = ("submit", "late", "create", "ping")
DELAYS = {
    "create_before_s": (0.0, 0.2),
    "create_after_s": (0.0, 0.6),
    "edit_before_s": (0.0, 0.1),
    "edit_after_s": (0.0, 0.1),
}


@dataclass(frozen=True, slots=True)
class Death:
    """How one life ended: the mode that was drawn, the point that it hit, and what stood there."""

    mode: str
    hit: Hit | None
    moment: Moment

    def __str__(self) -> str:
        where = " ".join(self.hit) if self.hit else f"a moment while {self.mode}"
        live = ", ".join(f"{n} {state}" for state, n in self.moment.live().items())
        return f"{where}; live: {live or 'none'}"


@dataclass(slots=True)
class Run:
    """What happened so far; `plans` and `hits` may go on from an earlier run on this folder."""

    folder: Path
    standin: Standin
    random: Random
    plans: dict[str, Plan] = field(default_factory=dict)
    hits: Counter[Hit] = field(default_factory=Counter)
    deck: list[str] = field(default_factory=list)
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

    def life(self) -> Death:
        """Release some keys, start the bot, see it dead, and note where the tasks stood."""
        mode = self._deal()
        fault = aim(self.random, self.hits) if mode == FAULT else None
        self._release(mode, fault)
        process = self.start(fault)
        try:
            self._await_moment(mode, process)
        finally:
            self.kill(process)
        hit = read_trace(self._trace).hit
        if hit:
            self.hits[hit] += 1
        return Death(mode, hit, rows.at_death(self.data, self.folder))

    def rest(self) -> None:
        """Run once more without delays until nothing is left to do, and stop gracefully."""
        self.standin.turn(**dict.fromkeys(DELAYS, (0.0, 0.0)))
        rows.end_pauses(self.data)
        process = self.start()
        try:
            self._await_rest(process)
            self.stop(process)
        finally:
            self.kill(process)

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """Ask it to end, as a supervisor does."""
        process.terminate()
        if code := process.wait(timeout=GRACE_S):
            raise AssertionError(f"the bot ended with {code} when asked to stop")

    def left_behind(self) -> list[int]:
        """Return processes of any life that are still there after some seconds, and end them."""
        until = time.monotonic() + 30.0
        while (found := members(self.sessions)) and time.monotonic() < until:
            time.sleep(0.1)
        for process in found:
            os.kill(process, signal.SIGKILL)
        return found

    def offer(self, *plans: Plan) -> None:
        """Offer these requests to the bot, each with a picture of its own."""
        self.plans.update({plan.key: plan for plan in plans})
        for plan in plans:
            paint(self.folder / picture_name(plan.key), list(self.plans).index(plan.key))
        self.standin.plan(list(plans))
        self.standin.release(len(plans))

    def _deal(self) -> str:
        if not all(self.hits[first] for first in FIRST):
            return FAULT
        if not self.deck:
            self.deck = [mode for mode, share in MODES.items() for _ in range(share)]
            self.random.shuffle(self.deck)
        return self.deck.pop()

    def _release(self, mode: str, fault: Fault | None) -> None:
        kind = fault.kind if fault else ""
        count = len(DEEDS) if kind in BY_HAND else self.random.randint(*KEYS_PER_LIFE)
        self.offer(*(self._drawn(mode, kind, n) for n in range(count)))

    def _drawn(self, mode: str, kind: str, n: int) -> Plan:
        number = len(self.plans) + n
        plan = draw(self.random, number, is_late=mode == "late" and n == 0)
        if number == 0:  # so that every run has one that nobody can know about
            return replace(plan, **SELDOM["Tasks.unknown"])
        # One of them is enough: a provider that fails again and again is paused.
        first = 1 if deed_of(number - n) == FORGET else 0
        return replace(plan, **SELDOM.get(kind, {})) if n == first else plan

    def start(self, fault: Fault | None = None) -> subprocess.Popen[bytes]:
        """Start the bot in a session of its own; with a fault it will end itself."""
        for file in (self._ready, self._trace):
            file.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.crash.botproc", "--standin", self.standin.base_url]
        command += ["--data", str(self.data), "--files", str(self.folder)]
        command += ["--ready", str(self._ready), "--trace", str(self._trace)]
        command += ["--fault", str(fault)] if fault else []
        with (self.folder / "bot.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
            )
        self.sessions.append(process.pid)
        return process

    @property
    def _ready(self) -> Path:
        return self.folder / "ready"

    @property
    def _trace(self) -> Path:
        return self.folder / "trace"

    def _await_moment(self, mode: str, process: subprocess.Popen[bytes]) -> None:
        """Return when it is time to kill; a random part of every window is let pass."""
        if mode == "start":
            time.sleep(self.random.uniform(0.1, START_S_MAX))
            return
        if mode == FAULT:
            self.await_end(process)
            return
        self.await_ready(process)
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

    def await_end(self, process: subprocess.Popen[bytes]) -> None:
        """Return when it has ended itself, or has not come by its fault for long."""
        until = time.monotonic() + READY_S_MAX
        while not self._ready.exists() and process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        until = time.monotonic() + FAULT_S_MAX
        while process.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        if process.poll() not in (None, -signal.SIGKILL):
            raise AssertionError(f"the bot ended with {process.poll()}:\n{self._log_tail()}")

    def await_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Return when everything runs."""
        until = time.monotonic() + READY_S_MAX
        while not self._ready.exists():
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"the bot did not start:\n{self._log_tail()}")
            time.sleep(0.02)

    def _await_rest(self, process: subprocess.Popen[bytes]) -> None:
        self.await_ready(process)
        until = time.monotonic() + REST_S_MAX
        while left := rows.unsettled(self.data, len(self.plans)):
            if process.poll() is not None or time.monotonic() > until:
                raise AssertionError(f"no rest: {left}\n{self._log_tail()}")
            time.sleep(0.3)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill the bot's own process only: what it started has to notice by itself."""
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()

    def _log_tail(self) -> str:
        return "\n".join((self.folder / "bot.log").read_text().splitlines()[-40:])
