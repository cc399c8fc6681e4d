"""The stand-in as a child process, and the questions a test asks it."""

import json
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.standin.plans import Plan

START_S_MAX, END_S_MAX = 60.0, 60.0
ROOT = Path(__file__).parents[2]
Json = dict[str, Any]

# Never through a proxy: everything here is loopback.
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Standin:
    """A running stand-in; all calls block."""

    def __init__(self, base_url: str, process: subprocess.Popen[bytes]) -> None:
        self.base_url, self.process = base_url, process

    @property
    def discord_base(self) -> str:
        """What `discord.http.Route.BASE` is to be set to."""
        return f"{self.base_url}/api/v10"

    def provider_url(self, variant: str) -> str:
        """The base URL of one provider variant: none, lookup or key."""
        return f"{self.base_url}/provider/{variant}"

    def state(self) -> Json:
        """Return all counts."""
        return self._ask("state")

    def events(self, what: str = "", since: int = 0) -> list[Json]:
        """Return what arrived at Discord, in order."""
        return self._ask(f"events?{urllib.parse.urlencode({'what': what, 'since': since})}")[
            "events"
        ]

    def turn(self, **changes: Any) -> None:
        """Change knobs."""
        self._ask("knobs", changes)

    def plan(self, plans: list[Plan]) -> None:
        """Append requests to the feed; they are offered when released."""
        self._ask("keys", {"plans": [plan.to_json() for plan in plans]})

    def release(self, count: int) -> int:
        """Offer more requests; return how many are offered."""
        return self._ask("release", {"count": count})["released"]

    def wait(self, *kinds: str, timeout_s: float) -> Json | None:
        """Return as soon as a request of such a kind is held open, or None in time."""
        query = urllib.parse.urlencode({"kinds": ",".join(kinds), "timeout_s": timeout_s})
        return self._ask(f"wait?{query}", timeout_s=timeout_s + 60)["held"]

    def _ask(self, path: str, body: Json | None = None, timeout_s: float = 60) -> Any:
        data = None if body is None else json.dumps(body).encode()
        url = f"{self.base_url}/_control/{path}"
        request = urllib.request.Request(url, data)  # noqa: S310 (always our own http address)
        with _OPENER.open(request, timeout=timeout_s) as answer:
            return json.load(answer)


@contextmanager
def running(folder: Path, seconds_max: float = 900.0) -> Iterator[Standin]:
    """Start a stand-in, and end it by its own id."""
    port_file = folder / "standin.url"
    port_file.unlink(missing_ok=True)  # of a run that was killed
    command = [sys.executable, "-m", "tests.standin", "--port-file", str(port_file)]
    process = subprocess.Popen([*command, "--seconds-max", str(seconds_max)], cwd=ROOT)
    try:
        yield Standin(_url(port_file, process), process)
    finally:
        process.terminate()
        process.wait(timeout=END_S_MAX)


def _url(port_file: Path, process: subprocess.Popen[bytes]) -> str:
    """Wait for the process to write its address."""
    until = time.monotonic() + START_S_MAX
    while time.monotonic() < until:
        if port_file.exists():
            return port_file.read_text()
        if process.poll() is not None and not port_file.exists():
            break
        time.sleep(0.02)
    raise RuntimeError("the stand-in did not start")
