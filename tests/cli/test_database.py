"""`db`: what it makes, upgrades, finds and copies."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.db import migrate
from bot.db.folder import locked
from bot.db.migrate import newest
from tests.cli.conftest import Run
from tests.cli.terminals import at_terminal
from tests.rights import fill, small_disk

BESIDE = (
    ["db", "check"],
    ["ledger", "check"],
    ["ledger", "grant", "user:1:2", "5"],
    ["ledger", "statement", "user:1:2"],
    ["sync"],
)


@pytest.fixture
def path(run: Run, data: Path) -> Path:
    """A database of today."""
    assert run("db", "upgrade", "--data", data).code == 0
    return data / "inpaint-bot.sqlite3"


def change(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_upgrade_makes_the_database_and_says_so(run: Run, data: Path) -> None:
    first = run("db", "upgrade", "--data", data)
    assert (first.code, first.err) == (0, "")
    assert f"was made at revision {newest()}" in first.out
    assert f"is at revision {newest()} already" in run("db", "upgrade", "--data", data).out


def test_upgrade_copies_before_it_changes(run: Run, data: Path) -> None:
    first = ("0001", migrate._config())
    first[1].attributes["database_path"] = data / "inpaint-bot.sqlite3"
    data.mkdir()
    migrate.command.upgrade(first[1], first[0])
    assert "at revision 0001, this program needs" in run("db", "current", "--data", data).out
    ended = run("db", "upgrade", "--data", data)
    assert f"was brought from revision 0001 to {newest()}; a copy from before is in" in ended.out
    (copy,) = (data / "backups").iterdir()
    assert migrate.current(copy) == "0001"


def test_upgrade_is_refused_while_somebody_drives_the_folder(run: Run, path: Path) -> None:
    with locked(path.parent):
        ended = run("db", "upgrade", "--data", path.parent)
    assert (ended.code, ended.out) == (2, "")
    assert "already running" in ended.err


def test_a_newer_database_is_not_touched(run: Run, path: Path) -> None:
    set_revision(path, "9999")
    ended = run("db", "upgrade", "--data", path.parent)
    assert ended.code == 2
    assert "of a newer version (9999)" in ended.err
    assert "9999, this program needs" in run("db", "current", "--data", path.parent).out


@pytest.mark.parametrize("command", BESIDE, ids=" ".join)
@pytest.mark.parametrize("revision", ["0001", "9999"])
def test_beside_a_bot_no_command_changes_the_schema(
    run: Run,
    path: Path,
    command: list[str],
    revision: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "MTA5.standin.token")
    set_revision(path, revision)
    ended = run(*command, "--data", path.parent)
    assert ended.code in {1, 2}
    assert revision in ended.out + ended.err
    assert newest() in ended.out + ended.err
    assert migrate.current(path) == revision
    assert not (path.parent / "backups").exists()


@pytest.mark.parametrize("command", [*BESIDE, ["db", "current"], ["db", "backup"]], ids=" ".join)
def test_without_a_database_no_command_makes_one(run: Run, data: Path, command: list[str]) -> None:
    ended = run(*command, "--data", data)
    assert ended.code == 2
    assert f"There is no database at {data}" in ended.err
    assert not data.exists()


def test_check_finds_nothing_wrong_with_a_new_one(run: Run, path: Path) -> None:
    ended = run("db", "check", "--data", path.parent)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "pages and references: whole",
        f"revision: {newest()}, the newest",
        "ledger: every balance is what its transfers add up to, every finished edit is resolved "
        "once, and all that is held belongs to live edits",
    ]


def test_check_finds_a_reference_to_nothing(run: Run, path: Path) -> None:
    change(
        path,
        "INSERT INTO accounts (id, code, created_at) VALUES (1, 'user:1:2', 0)",
        "INSERT INTO transfers (key, kind, from_id, to_id, amount, at)"
        " VALUES ('x', 'move', 77, 1, 5, 0)",
    )
    ended = run("db", "check", "--data", path.parent)
    assert ended.code == 1
    assert "reference: row 1 of transfers names a row of accounts that is not there" in ended.out


def test_check_finds_an_index_that_lacks_a_row(run: Run, path: Path) -> None:
    index = "name = 'ix_guild_changes_guild_id'"
    on = "PRAGMA writable_schema=ON"
    change(path, f"CREATE TABLE kept AS SELECT * FROM sqlite_master WHERE {index}")  # noqa: S608
    change(path, on, f"DELETE FROM sqlite_master WHERE {index}")  # noqa: S608
    change(path, "INSERT INTO guild_changes (guild_id, actor_id, name, at) VALUES (1, 1, 'x', 0)")
    change(path, on, "INSERT INTO sqlite_master SELECT * FROM kept")
    ended = run("db", "check", "--data", path.parent)
    assert ended.code == 1
    assert "page: row 1 missing from index ix_guild_changes_guild_id" in ended.out


def test_check_says_what_to_do_about_broken_pages(run: Run, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        query = "SELECT rootpage FROM sqlite_master WHERE name = 'ix_guild_changes_guild_id'"
        ((page,),) = connection.execute(query)
        ((size,),) = connection.execute("PRAGMA page_size")
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 64)
    ended = run("db", "check", "--data", path.parent)
    assert ended.code == 2
    assert "it is damaged. Put the newest copy" in ended.err


def test_check_finds_drift(run: Run, path: Path) -> None:
    run("ledger", "grant", "user:1:2", "5", "--data", path.parent)
    change(path, "UPDATE accounts SET available = 6 WHERE code = 'user:1:2'")
    for command in ("db", "ledger"):
        ended = run(command, "check", "--data", path.parent)
        assert ended.code == 1
        assert "ledger: 1 balances are not" in ended.out
        assert ended.out.splitlines()[-1].split() == ["user:1:2", "6", "5", "0", "0"]


def test_what_is_no_database_is_said_in_one_sentence(run: Run, data: Path) -> None:
    data.mkdir()
    (data / "inpaint-bot.sqlite3").write_bytes(b"not a database at all, only text " * 40)
    for command in (["db", "check"], ["db", "current"], ["db", "backup"], ["db", "upgrade"]):
        ended = run(*command, "--data", data)
        assert ended.code == 2
        assert "cannot be used: file is not a database." in ended.err
        assert ended.err.count("\n") == 1


def test_a_backup_is_a_whole_database_in_a_place_of_its_own(run: Run, path: Path) -> None:
    run("ledger", "grant", "user:1:2", "5", "--data", path.parent)
    ended = run("db", "backup", "--data", path.parent)
    assert (ended.code, ended.err) == (0, "")
    (copy,) = (path.parent / "backups").iterdir()
    assert copy.name.startswith("backup-")
    assert str(copy) in ended.out
    restored = path.parent.parent / "restored"
    restored.mkdir()
    copy.rename(restored / path.name)
    assert run("db", "check", "--data", restored).code == 0
    assert "5 available" in run("ledger", "statement", "user:1:2", "--data", restored).out


def test_a_backup_never_overwrites_unasked(run: Run, path: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.sqlite3"
    target.write_text("precious")
    refused = run("db", "backup", target, "--data", path.parent)
    assert refused.code == 1
    assert refused.err == f"{target} exists already. With --force I overwrite it.\n"
    assert target.read_text() == "precious"
    assert run("db", "backup", target, "--force", "--data", path.parent).code == 0
    assert migrate.current(target) == newest()


@pytest.mark.parametrize(("answer", "code"), [("y", 0), ("n", 1), ("", 1)])
def test_at_a_terminal_it_asks(
    run: Run, path: Path, tmp_path: Path, answer: str, code: int
) -> None:
    target = tmp_path / "copy.sqlite3"
    target.write_text("precious")
    command = [sys.executable, "-m", "bot", "db", "backup", str(target), "--data", str(path.parent)]
    exit_code, said = at_terminal(command, f"{answer}\n", after="[y/N]")
    assert f"{target} exists already. Overwrite? [y/N]" in said
    assert exit_code == code
    assert (target.read_bytes() == b"precious") is bool(code)


@pytest.mark.parametrize("target", ["missing/copy.sqlite3", "."])
def test_a_place_that_cannot_be_written_is_said(run: Run, path: Path, target: str) -> None:
    ended = run("db", "backup", target, "--data", path.parent)
    assert ended.code == 1
    assert ended.err in {"There is no folder missing to write to.\n", ". is a folder.\n"}


def test_a_backup_onto_a_full_disk_leaves_nothing_half(
    run: Run, path: Path, tmp_path: Path
) -> None:
    with small_disk(tmp_path / "disk", 64) as disk:
        fill(disk)
        (disk / "filler").rename(disk / "other")
        ended = run("db", "backup", disk / "copy.sqlite3", "--data", path.parent)
        assert ended.code == 2
        assert "the disk is full" in ended.err
        assert [file.name for file in disk.iterdir()] == ["other"]
