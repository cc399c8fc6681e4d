"""`run` as a process: how it says that it is there, and how it ends."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.rights import ROOT
from tests.standin import process as standin

pytestmark = pytest.mark.timeout(120)

# Discord's address is no setting; everything after it is what typing `inpaint-bot run` does.
START = (
    "import sys, discord.http; discord.http.Route.BASE = sys.argv[1]; "
    "from bot.cli import main; sys.exit(main(sys.argv[2:]))"
)


def lines(process: subprocess.Popen[str], seen: list[str]) -> Iterator[str]:
    """What it says, as it says it."""
    assert process.stderr is not None
    for line in process.stderr:
        seen.append(line)
        yield line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "Ctrl-C"])
def test_it_prints_its_invite_link_works_and_stops_gracefully(
    run: Run,
    tmp_path: Path,
    data: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "MTA5.standin.token")
    monkeypatch.setenv("WEB_PORT", "0")
    with standin.running(tmp_path) as discord:
        command = [sys.executable, "-c", START, discord.discord_base, "run", "--data", str(data)]
        seen: list[str] = []
        with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process:
            try:
                said = lines(process, seen)
                invite = next(line for line in said if "its invite link: " in line)
                next(line for line in said if "tasks go on from where they stood" in line)
                process.send_signal(number)
                seen += list(said)
                assert process.wait(60) == 0, "".join(seen)
            finally:
                process.kill()
        assert len(discord.events("commands")) == 1
    assert "permissions=274878008320" in invite
    log = "".join(seen)
    assert "MTA5.standin.token" not in log
    assert "WARNING" not in log.partition("its invite link")[0]
    assert run("db", "check", "--data", data).code == 0
