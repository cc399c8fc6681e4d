"""The load in short: whatever of it is no matter of time holds on any machine."""

from pathlib import Path

import pytest

from tests.load.run import Plan, run

SHORT = Plan(seconds=4.0, guilds=2, members=4, saturate_s=0.0, per_s=2.0, takes_s=(0.1, 0.5))
LOST = ("lost", "not shown once, with its pictures")


@pytest.mark.crash
@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="Linux alone tells of processes")
@pytest.mark.timeout(400)
async def test_what_members_ask_for_is_shown_once_and_not_lost(tmp_path: Path) -> None:
    said: list[str] = []
    figures = {each.what.strip(): each for each in await run(tmp_path, SHORT, said.append)}
    assert figures["edits acknowledged"].value > 0, said
    assert {what: figures[what].value for what in LOST} == dict.fromkeys(LOST, 0)
    assert figures["RSS at the end"].value > 0
