"""What SQLite's and the disk's errors mean for the operator, as one sentence each."""

import errno
import sqlite3
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.errors import BadDatabase, BadFolder

# What a file that cannot be used as a database, or the folder around it, raises.
TROUBLES = (sqlite3.Error, DBAPIError, OSError)

_READ_ONLY = "it is read-only. Let the user that runs the bot write to it and to its folder"
_FULL = "the disk is full. Make room and try again"
_LOCKED = (
    "another program keeps it locked. Close what has it open, such as a SQLite shell, and try again"
)
_DAMAGED = "Put the newest copy from its backups folder in its place"
_ADVICE: dict[int, str] = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_FULL: _FULL,
    # The log's index cannot grow.
    sqlite3.SQLITE_IOERR_SHMSIZE: _FULL,
    sqlite3.SQLITE_CANTOPEN: (
        "it cannot be opened. Check that its folder is there and may be written to"
    ),
    sqlite3.SQLITE_NOTADB: f"file is not a database. {_DAMAGED}",
    sqlite3.SQLITE_CORRUPT: f"it is damaged. {_DAMAGED}",
}
_PRIMARY = 0xFF  # the rest of SQLite's codes says where it happened


def is_full(error: BaseException) -> bool:
    """Whether the disk has no room, told by a file's error or by SQLite's."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, OSError):
        return cause.errno in {errno.ENOSPC, errno.EDQUOT}
    return _ADVICE.get(getattr(cause, "sqlite_errorcode", 0)) == _FULL


def bad_database(path: Path, error: Exception) -> BadDatabase:
    """What to tell of an error that using this database raised."""
    cause = getattr(error, "orig", None) or error
    sentence = f"The database {path} cannot be used: {_why(cause)}."
    return BadDatabase(sentence, log=repr(cause))


def bad_folder(folder: Path, error: OSError) -> BadFolder:
    """What to tell of an error that using the data folder raised."""
    if error.errno == errno.ENOSPC:
        return BadFolder(f"The disk that holds the data folder {folder} is full. Make room on it.")
    return BadFolder(
        f"The data folder {folder} cannot be used: {(error.strerror or str(error)).lower()}. "
        "Let the user that runs the bot write there, or set DATA_DIR to another folder.",
        log=repr(error),
    )


def _why(error: BaseException) -> str:
    if isinstance(error, OSError):
        return _FULL if error.errno == errno.ENOSPC else (error.strerror or str(error)).lower()
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and (advice := _ADVICE.get(code) or _ADVICE.get(code & _PRIMARY)):
        return advice
    return str(error).strip().rstrip(".") or type(error).__name__
