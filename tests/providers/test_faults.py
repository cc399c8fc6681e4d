"""Every fault of the table, on every provider, through the real engine over loopback HTTP."""

import logging
import re
from dataclasses import replace
from pathlib import Path

import pytest

from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    DeadlinePassed,
    Filtered,
    NotSent,
    ProviderError,
    QuotaSpent,
    Unavailable,
)
from tests.providers.case import Case
from tests.providers.cases import CASES
from tests.providers.faults import DOWNLOAD, FEWER, POLL, ROWS, SUBMIT, Row
from tests.providers.stage import asked, assert_money, assert_silent, at_fault, ended, takes

# Where the provider has no words of its own, a member reads these.
SAYS: dict[str, type[ProviderError]] = {
    kind.code: kind
    for kind in (
        AmbiguousSubmit,
        AuthFailed,
        DeadlinePassed,
        Filtered,
        NotSent,
        QuotaSpent,
        Unavailable,
    )
}


def rows_of(case: Case) -> dict[str, Row]:
    """What can happen to this provider, with its own endings."""
    left = dict(ROWS)
    out = [
        *([] if case.starts else SUBMIT),
        *([] if case.polls else POLL),
        *(DOWNLOAD if case.inline else []),
        *([] if takes(case).count_max > 1 and not takes(case).makes else FEWER),
    ]
    for name in (*out, *(name for name, ends in case.ends.items() if ends is None)):
        left.pop(name, None)
    own = {name: ends for name, ends in case.ends.items() if ends and name in left}
    return left | {name: _ending(left[name], ends) for name, ends in own.items()}


def _ending(row: Row, ends: str) -> Row:
    """What ends well leaves nothing to log."""
    return replace(row, ends=ends, logs="" if ends == "done" else row.logs)


TABLE = [(case, name, row) for case in CASES.values() for name, row in rows_of(case).items()]


@pytest.mark.parametrize(
    ("case", "row"),
    [(case, row) for case, _, row in TABLE],
    ids=[f"{case.spec.slug}: {name}" for case, name, _ in TABLE],
)
async def test_a_fault_has_one_right_outcome(
    case: Case, row: Row, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    async with at_fault(case, row, tmp_path) as (desk, app):
        task = await ended(app, (await asked(app, case, row, tmp_path)).id)
        assert f"{task.state} {task.error_code or ''}".strip() == row.ends
        assert row.submits in {None, desk.calls("submit")} or not case.starts
        await assert_money(app, task)
    assert_told(task.error_code, task.error_text, case)
    assert re.search(row.logs, caplog.text), caplog.text
    assert_silent(caplog.text, task)


def assert_told(code: str | None, text: str | None, case: Case) -> None:
    """A member reads what happened, and no word of how HTTP says it."""
    if code is None:
        assert text is None
        return
    assert text
    if code in SAYS:
        assert text == SAYS[code].default
    else:
        assert case.spec.title in text or "provider" in text
    assert not re.search(r"\b[45]\d\d\b|HTTP|JSON|Error|None|keys", text)


def test_the_table_names_only_rows_that_there_are() -> None:
    for case in CASES.values():
        assert set(case.ends) <= set(ROWS)
