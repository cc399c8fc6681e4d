"""`ledger`: grants that count once, statements in pages, and waiting one's turn."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.db import engine
from tests.cli.conftest import Ended, Run

HOLD = (
    "import sqlite3, sys\n"
    "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
    "connection.execute('BEGIN IMMEDIATE')\n"
    "print('held', flush=True)\n"
    "sys.stdin.readline()\n"
    "connection.execute('ROLLBACK')\n"
)


@pytest.fixture
def ledger(run: Run, data: Path) -> Run:
    """The ledger of a new database."""
    assert run("db", "upgrade", "--data", data).code == 0

    def command(*arguments: object) -> Ended:
        return run("ledger", *arguments, "--data", data)

    return command


@contextmanager
def writing(data: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process in the middle of a write, until it is sent a line."""
    command = [sys.executable, "-c", HOLD, str(data / "inpaint-bot.sqlite3")]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        yield other
        if other.poll() is None:
            other.communicate("\n")


def test_a_grant_says_what_was_there_before_and_after(ledger: Run) -> None:
    first = ledger("grant", "user:9:101", "1200", "--key", "march")
    assert (first.code, first.err) == (0, "")
    assert first.out == "user:9:101: 0 credits before, 1,200 after\n"
    again = ledger("grant", "user:9:101", "1200", "--key", "march")
    assert again.code == 0
    assert again.out.splitlines() == [
        "user:9:101: 1,200 credits before, 1,200 after",
        "The key march had granted this already, so nothing was changed.",
    ]


def test_a_grant_without_a_key_tells_the_one_it_made(ledger: Run) -> None:
    first = ledger("grant", "pool:9", "5")
    key = first.out.splitlines()[1].split()[1]
    assert "nothing was changed" in ledger("grant", "pool:9", "5", "--key", key).out
    assert "5 credits before, 10 after" in ledger("grant", "pool:9", "5").out


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["pool:9", "6", "--key", "march"], "This key has already granted 5 credits to pool:9."),
        (["user:9:1", "5", "--key", "march"], "This key has already granted 5 credits to pool:9."),
        (["issuance", "5"], "Credits are granted to user:<server id>:<member id> or pool:"),
        (["user:9", "5"], "not to 'user:9'"),
        (["pool:9", "0"], "A grant is of 1 to 1,000,000,000 credits."),
        (["pool:9", "-3"], "A grant is of 1 to 1,000,000,000 credits."),
    ],
)
def test_a_grant_that_cannot_be_changes_nothing(
    ledger: Run, arguments: list[str], sentence: str
) -> None:
    ledger("grant", "pool:9", "5", "--key", "march")
    refused = ledger("grant", *arguments)
    assert (refused.code, refused.out) == (1, "")
    assert sentence in refused.err
    assert "pool:9 has 5 available" in ledger("statement", "pool:9").out
    assert ledger("check").code == 0


def test_a_grant_waits_for_a_writer_and_then_counts(ledger: Run, data: Path) -> None:
    with writing(data) as other:
        waiting = subprocess.Popen(
            [sys.executable, "-m", "bot", "ledger", "grant", "pool:9", "5", "--data", str(data)],
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(4)
        other.communicate("\n")
        said, _ = waiting.communicate(timeout=60)
    assert waiting.returncode == 0
    assert "0 credits before, 5 after" in said


def test_a_grant_that_waited_too_long_says_that_it_did_nothing(
    ledger: Run, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 100)
    with writing(data):
        ended = ledger("grant", "pool:9", "5")
    assert (ended.code, ended.out) == (2, "")
    assert "another program keeps it locked" in ended.err
    assert ledger("statement", "pool:9").code == 1


def test_a_statement_is_told_in_pages(ledger: Run) -> None:
    for n in range(1, 6):
        ledger("grant", "pool:9", n)
    first = ledger("statement", "pool:9", "--limit", "2")
    rows = [line.split() for line in first.out.splitlines()]
    assert rows[0] == ["id", "UTC", "what", "change", "available", "held", "account", "edit"]
    assert [[row[0], *row[3:]] for row in rows[1:3]] == [
        ["5", "grant", "+5", "15", "0", "issuance"],
        ["4", "grant", "+4", "10", "0", "issuance"],
    ]
    assert "Older rows: --before 4" in first.out
    last = ledger("statement", "pool:9", "--before", "4", "--limit", "500")
    assert [line.split()[0] for line in last.out.splitlines()[1:-1]] == ["3", "2", "1"]
    assert "Older" not in last.out


def test_a_page_before_the_first_row_is_empty(ledger: Run) -> None:
    ledger("grant", "pool:9", 1)
    ended = ledger("statement", "pool:9", "--before", "1")
    assert (ended.code, len(ended.out.splitlines())) == (0, 2)


def test_an_unknown_account_is_said(ledger: Run) -> None:
    ended = ledger("statement", "user:1:1")
    assert ended.code == 1
    assert ended.err == "There is no account user:1:1: it has never had a credit.\n"


def test_output_that_nobody_reads_on_is_no_crash(ledger: Run, data: Path) -> None:
    ledger("grant", "pool:9", 1)
    command = f"{sys.executable} -m bot ledger statement pool:9 --data {data} | true"
    ended = subprocess.run(
        ["bash", "-c", f"sleep 0; {command}"],
        check=False,
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
    )
    assert ended.stderr == ""


def test_charges_are_told_by_day(ledger: Run) -> None:
    nothing = ledger("charges")
    assert (nothing.code, nothing.out) == (0, "ledger: no edit was finished in these days\n")
    with pytest.raises(SystemExit):
        ledger("charges", "--days", "0")
