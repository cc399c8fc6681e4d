"""Single moments at which the bot's process ends, or is asked to."""

from pathlib import Path

import pytest

from tests.crash.chosen import broken, chosen, plain
from tests.crash.faults import Fault
from tests.crash.rows import DATABASE, Row, query
from tests.figures import counted

pytestmark = [pytest.mark.crash, pytest.mark.timeout(180)]
HELD_S_MAX = 30.0


def rows(data: Path, table: str) -> list[Row]:
    return query(data / DATABASE, f"SELECT * FROM {table}")  # noqa: S608


def test_a_submit_in_flight_is_let_end_when_asked_to_stop(tmp_path: Path) -> None:
    with chosen(tmp_path) as run:
        run.offer(plain(1, after_s=2.0, job_s=4.0))
        process = run.start()
        assert run.standin.wait("submit", timeout_s=HELD_S_MAX)
        run.stop(process)
        (task,) = rows(run.data, "tasks")
        assert (task["state"], bool(task["remote_id"])) == ("running", True)
        run.rest()
        assert run.standin.state()["calls"] == {task["client_ref"]: 1}
        assert [task["state"] for task in rows(run.data, "tasks")] == ["done"]
        assert broken(run) == []
        calls = run.standin.state()["calls"].values()
        kept = bool(task["remote_id"])
        counted("stop", submits_in_flight=len(calls), calls=sum(calls), answers_kept=kept)


def test_a_file_is_there_before_any_row_names_it(tmp_path: Path) -> None:
    with chosen(tmp_path) as run:
        run.offer(plain(1))
        run.await_end(run.start(Fault("Intake.book", "before")))
        files = [file for file in (run.data / "blobs").glob("*/*") if file.is_file()]
        assert (len(files), rows(run.data, "blobs"), rows(run.data, "tasks")) == (4, [], [])
        run.rest()
        assert broken(run) == []
