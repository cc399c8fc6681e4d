"""A database or folder that cannot be used is refused in one sentence that says what to do."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bot.db import migrate
from bot.db.folder import PARTS, check_folder, locked
from bot.db.migrate import check_current, check_writable, newest, upgrade
from bot.errors import BadDatabase, BadFolder, DataInUse, StartupError
from tests.rights import ROOT, fill, python, small_disk

TRY = """
import sys
from pathlib import Path
from bot.db import folder, migrate
from bot.errors import StartupError
place = Path(sys.argv[1])
for what, target in (
    (folder.check_folder, place),
    (migrate.check_writable, place / "db.sqlite3"),
    (migrate.upgrade, place / "db.sqlite3"),
):
    try:
        what(target)
    except StartupError as error:
        print(what.__name__, error.sentence)
"""


def tried(place: Path) -> list[str]:
    """What is refused to a process that has to keep to the permission bits."""
    ended = subprocess.run(
        python("-c", TRY, str(place)), cwd=ROOT, capture_output=True, text=True, check=True
    )
    return ended.stdout.splitlines()


@contextmanager
def refused(kind: type[StartupError], *parts: str) -> Iterator[None]:
    """What happens inside is refused in one sentence with these parts."""
    with pytest.raises(kind) as caught:
        yield
    assert [part for part in parts if part not in caught.value.sentence] == []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database of the newest revision."""
    made = tmp_path / "db.sqlite3"
    upgrade(made)
    return made


def test_a_read_only_database_is_refused_before_anything_is_written(path: Path) -> None:
    path.chmod(0o444)
    said = tried(path.parent)
    assert [line.split()[0] for line in said] == ["check_writable", "upgrade"]
    assert all("it is read-only" in line for line in said)


def test_a_folder_that_cannot_be_written_is_named_with_the_setting(path: Path) -> None:
    path.parent.chmod(0o555)
    try:
        said = tried(path.parent)
    finally:
        path.parent.chmod(0o755)
    assert f"The data folder {path.parent} cannot be used: permission denied" in said[0]
    assert "DATA_DIR" in said[0]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_that_belongs_to_somebody_else_is_named(path: Path, part: str) -> None:
    (path.parent / part).mkdir(mode=0o555)
    assert [line for line in tried(path.parent) if f"{path.parent / part} cannot be" in line]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with refused(BadFolder, "cannot be used: file exists"):
        check_folder(tmp_path / "data")
    with refused(BadFolder), locked(tmp_path / "data" / "deeper"):
        raise AssertionError


def test_a_full_disk_is_said_before_a_task_is_taken(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 700) as disk:
        upgrade(disk / "db.sqlite3")
        fill(disk)
        with refused(BadFolder, "is full"):
            check_folder(disk)
        for use in (check_writable, upgrade):
            with refused(BadDatabase, "the disk is full"):
                use(disk / "db.sqlite3")


def test_a_database_that_another_program_keeps_locked_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrate, "BUSY_S", 0.1)
    hold = (
        "import sqlite3, sys\n"
        "connection = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "connection.execute('BEGIN EXCLUSIVE')\n"
        "print('held', flush=True)\n"
        "sys.stdin.read()\n"
    )
    command = [sys.executable, "-c", hold, str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with refused(BadDatabase, "another program keeps it locked"):
            check_writable(path)
        other.communicate()
    check_writable(path)


def test_a_database_is_made_in_the_mode_in_which_readers_and_writers_do_not_wait(
    path: Path,
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_looking_whether_it_can_be_written_leaves_nothing_behind(path: Path) -> None:
    def rows() -> list[tuple[str]]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT * FROM bot_state").fetchall()

    before = rows()
    check_writable(path)
    assert rows() == before


@pytest.mark.parametrize(
    ("revision", "sentence"),
    [
        ("9999", "of a newer version"),
        ("0001", "is at revision 0001, and this program needs"),
        (None, "is at revision none"),
    ],
)
def test_another_revision_is_told_apart(path: Path, revision: str | None, sentence: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        if revision is None:
            connection.execute("DELETE FROM alembic_version")
        else:
            connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))
    with refused(BadDatabase, sentence):
        check_current(path)
    if revision != "9999":
        check_writable(path)


def test_the_newest_revision_passes_and_no_file_is_made_by_looking(
    path: Path, tmp_path: Path
) -> None:
    check_current(path)
    assert newest() != "0001"
    missing = tmp_path / "other.sqlite3"
    check_writable(missing)
    with refused(BadDatabase, "no database at"):
        check_current(missing)
    assert not missing.exists()


def test_a_second_driver_is_kept_out_until_the_first_is_gone(tmp_path: Path) -> None:
    with locked(tmp_path):
        with refused(DataInUse, "already running"), locked(tmp_path):
            raise AssertionError
        check_folder(tmp_path)
    with locked(tmp_path):
        pass
