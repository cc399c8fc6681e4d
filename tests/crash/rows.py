"""What the SQLite file says, read by the standard library: no code of the bot is trusted."""

import hashlib
import shutil
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.domain import TaskState
from tests.crash.plans import DEEDS

Row = dict[str, Any]
DATABASE = "inpaint-bot.sqlite3"
POSTED = "post-"  # copies as they were posted: kept for a while, for the next edit of a card
TERMINAL = frozenset(state.value for state in TaskState if state.is_terminal)
GONE = frozenset({"deleted", "lost"})
PINGED = frozenset({"done", "failed", "unknown"})


def query(database: Path, sql: str) -> list[Row]:
    """Return all rows as dicts."""
    with closing(sqlite3.connect(database, timeout=10)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


@dataclass(frozen=True, slots=True)
class Moment:
    """Where the tasks stood when the process died."""

    states: Counter[str]
    card_windows: int
    ping_windows: int
    early: tuple[str, ...] = ()  # blobs whose row was there before their file

    def live(self) -> dict[str, int]:
        """How many tasks had not ended, by state."""
        return {state: n for state, n in self.states.items() if state not in TERMINAL}


def at_death(data: Path, copies: Path) -> Moment:
    """Look at a copy: opening the file itself would do the recovery that the bot has to do."""
    if not (data / DATABASE).exists():
        return Moment(Counter(), 0, 0)
    for suffix in ("", "-wal"):
        source, copy = data / f"{DATABASE}{suffix}", copies / f"{DATABASE}{suffix}"
        copy.unlink(missing_ok=True)
        if source.exists():
            shutil.copy(source, copy)
    try:
        tasks = query(copies / DATABASE, "SELECT * FROM tasks")
        early = missing_files(copies / DATABASE, data)
    except sqlite3.OperationalError:
        return Moment(Counter(), 0, 0)
    return Moment(
        states=Counter(task["state"] for task in tasks),
        card_windows=sum(_in_card_window(task) for task in tasks),
        ping_windows=sum(_in_ping_window(task) for task in tasks),
        early=tuple(early),
    )


def _in_card_window(task: Row) -> bool:
    """Between the mark and the message's id: nobody knows whether the card is there."""
    is_open = task["card_state"] in ("none", "deleting") and task["message_id"] is None
    return is_open and task["card_posting_at"] is not None


def _in_ping_window(task: Row) -> bool:
    is_open = task["card_state"] not in GONE and task["ping_message_id"] is None
    return is_open and task["ping_posting_at"] is not None


def owes_ping(task: Row) -> bool:
    """Everybody is pinged in these runs, but nobody about what they took back themselves."""
    return task["state"] in PINGED


def unsettled(data: Path, keys: int) -> str:
    """Return what is still to be done, or nothing when all is at rest; the bot may be running."""
    tasks = query(data / DATABASE, "SELECT * FROM tasks")
    live = Counter(task["state"] for task in tasks if task["state"] not in TERMINAL)
    shown = [task for task in tasks if task["card_state"] not in GONE]
    behind = sum(task["view_posted"] < task["view_rev"] for task in shown)
    pings = sum(owes_ping(task) and task["ping_message_id"] is None for task in shown)
    moves = query(data / DATABASE, "SELECT purpose FROM transfers WHERE kind = 'move'")
    deeds = sum(move["purpose"] in DEEDS for move in moves)
    if len(tasks) == deeds == keys and not live and not behind and not pings:
        return ""
    done = f"{len(tasks)} tasks and {deeds} deeds of {keys}"
    return f"{done}, live {dict(live)}, cards behind {behind}, pings {pings}"


def end_pauses(data: Path) -> None:
    """What an operator may do while the bot is down: have every provider asked again."""
    if (data / DATABASE).exists():
        with closing(sqlite3.connect(data / DATABASE)) as connection, connection:
            connection.execute("DELETE FROM provider_pauses")


def missing_files(database: Path, data: Path) -> list[str]:
    """Return the blobs that have a row and no file with those very bytes."""
    found: list[str] = []
    for blob in query(database, "SELECT * FROM blobs"):
        file = data / "blobs" / blob["id"][:2] / f"{blob['id']}{blob['suffix']}"
        if not file.exists() or hashlib.sha256(file.read_bytes()).hexdigest() != blob["id"]:
            found.append(f"blob {blob['id']}{blob['suffix']} is not on disk as it was written")
    return found


def broken(data: Path) -> list[str]:
    """Return what is wrong with the file itself, with the blobs, and what nobody tidied away."""
    database = data / DATABASE
    found = [f"integrity: {row}" for row in query(database, "PRAGMA integrity_check")][:5]
    found = [line for line in found if "'ok'" not in line]
    found += [f"foreign key: {row}" for row in query(database, "PRAGMA foreign_key_check")]
    found += missing_files(database, data)
    leftovers = [
        each.name for each in (data / "work").iterdir() if not each.name.startswith(POSTED)
    ]
    return found + [f"work/{name} is left over" for name in leftovers]
