"""`inpaint-bot sandbox` as a process: how it starts, what it refuses and how it ends."""

import subprocess
import sys
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.sandbox_process import ROOT, sandbox

pytestmark = pytest.mark.timeout(120)


def refused(*arguments: str) -> str:
    """Run it where it cannot start and return its one sentence."""
    command = [sys.executable, "-m", "bot", "sandbox", "--no-browser", *arguments]
    ended = subprocess.run(
        command, check=False, cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert ended.returncode == 2
    assert "Traceback" not in ended.stderr
    return ended.stderr.splitlines()[-1]


def test_it_serves_on_loopback_and_ends_cleanly_when_told(tmp_path: Path) -> None:
    with sandbox(tmp_path / "data") as address:
        place = urlsplit(address)
        assert place.hostname == "127.0.0.1"
        with closing(HTTPConnection(place.hostname, place.port)) as connection:
            connection.request("GET", "/")
            assert connection.getresponse().status == 200
    assert (tmp_path / "data" / "samples" / "rocket-mask.png").exists()


def test_what_it_cannot_have_it_refuses_in_one_sentence(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with sandbox(data) as address:
        assert "already running" in refused("--port", "0", "--data", str(data))
        taken = str(urlsplit(address).port)
        assert taken in refused("--port", taken, "--data", str(tmp_path / "other"))
