"""Every command beside a real running bot: what works there, and what is kept out."""

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from discord.http import Route

from bot.db.migrate import current, newest
from tests.cli.conftest import Run
from tests.rights import ROOT
from tests.standin import process as standin

pytestmark = pytest.mark.timeout(180)

START_S_MAX = 60.0


@dataclass(frozen=True)
class Bot:
    """A process that holds the data folder's lock and edits all the time."""

    data: Path
    process: subprocess.Popen[bytes]
    ready: Path

    def edits(self) -> int:
        """How many edits it has brought to their end."""
        return int(self.ready.read_text()) if self.ready.exists() else 0

    def goes_on(self) -> bool:
        """Whether it still gets edits done from now on."""
        before, until = self.edits(), time.monotonic() + START_S_MAX
        while self.process.poll() is None and time.monotonic() < until:
            if self.edits() > before + 1:
                return True
            time.sleep(0.05)
        return False


@pytest.fixture(scope="module")
def bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """One bot for all tests of this file."""
    folder = tmp_path_factory.mktemp("beside")
    command = [sys.executable, "-m", "tests.cli.botproc", "--data", str(folder / "data")]
    with (folder / "bot.log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--ready", str(folder / "ready")], cwd=ROOT, stdout=log, stderr=log
        )
    running = Bot(folder / "data", process, folder / "ready")
    try:
        assert running.goes_on(), (folder / "bot.log").read_text()
        yield running
        process.terminate()
        assert process.wait(60) == 0, (folder / "bot.log").read_text()
    finally:
        process.kill()
        process.wait()


WORKING = {
    "config": (["config"], "DATA_DIR"),
    "providers list": (["providers", "list"], "local"),
    "providers check": (["providers", "check"], "local: works"),
    "db current": (["db", "current"], "the newest"),
    "db check": (["db", "check"], "pages and references: whole"),
    "db backup": (["db", "backup"], "is a copy of"),
    "ledger check": (["ledger", "check"], "every balance is what its transfers add up to"),
    "ledger charges": (["ledger", "charges"], "by its list"),
    "ledger statement": (["ledger", "statement", "user:9:101", "--limit", "3"], "Older rows"),
    "ledger grant": (["ledger", "grant", "user:9:101", "5"], "credits before"),
}


@pytest.mark.parametrize("name", WORKING)
def test_it_works_beside_a_bot_that_goes_on(run: Run, bot: Bot, name: str) -> None:
    arguments, said = WORKING[name]
    ended = run(*arguments, "--data", bot.data)
    assert (ended.code, ended.err) == (0, "")
    assert said in ended.out
    assert bot.goes_on()


KEPT_OUT = {
    "db upgrade": ["db", "upgrade"],
    "edit": ["edit", "--demo", "--out", "out.png"],
    "run": ["run"],
    "sandbox": ["sandbox", "--no-browser", "--port", "0"],
}


@pytest.mark.parametrize("name", KEPT_OUT)
def test_what_drives_or_changes_the_schema_is_kept_out(
    run: Run, bot: Bot, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "MTA5.standin.token")
    monkeypatch.setenv("WEB_PORT", "0")
    monkeypatch.setattr(Route, "BASE", "http://127.0.0.1:1")
    ended = run(*KEPT_OUT[name], "--data", bot.data)
    assert (ended.code, ended.out) == (2, "")
    assert "Another inpaint-bot is already running on this data folder" in ended.err
    assert bot.goes_on()


def test_sync_beside_a_bot_tells_discord_and_remembers(
    run: Run, bot: Bot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "MTA5.standin.token")
    with standin.running(tmp_path) as discord:
        monkeypatch.setattr(Route, "BASE", discord.discord_base)
        for _ in range(2):
            ended = run("sync", "--data", bot.data)
            assert (ended.code, ended.err) == (0, "")
            assert "commands for every server: " in ended.out
            assert "/inpaint" in ended.out
        assert len(discord.events("commands")) == 2
    assert bot.goes_on()


def test_of_grants_with_one_key_in_several_processes_one_counts(run: Run, bot: Bot) -> None:
    command = [sys.executable, "-m", "bot", "ledger", "grant", "pool:9", "40", "--key", "one"]
    processes = [
        subprocess.Popen(
            [*command, "--data", str(bot.data)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert sorted("nothing was changed" in each for each in said) == [False, True, True]
    assert "pool:9 has 40 available" in run("ledger", "statement", "pool:9", "--data", bot.data).out


def test_a_backup_in_the_middle_of_it_all_is_whole(run: Run, bot: Bot, tmp_path: Path) -> None:
    restored = tmp_path / "restored"
    restored.mkdir()
    copy = restored / "inpaint-bot.sqlite3"
    assert run("db", "backup", copy, "--data", bot.data).code == 0
    assert current(copy) == newest()
    checked = run("db", "check", "--data", restored)
    assert (checked.code, checked.err) == (0, "")
    assert "hold" in run("ledger", "statement", "user:9:101", "--data", restored).out


def test_a_statement_is_one_moment_although_the_bot_spends(run: Run, bot: Bot) -> None:
    for _ in range(3):
        told = run("ledger", "statement", "user:9:101", "--limit", "1", "--data", bot.data).out
        newest_row = told.splitlines()[1].split()
        now = re.search(r"has ([\d,]+) available and ([\d,]+) held", told)
        assert now is not None
        assert [newest_row[5], newest_row[6]] == [now[1], now[2]]
