"""Reports: hidden at once, told once, decided once."""

import asyncio
from pathlib import Path

import pytest

from bot.app import App
from bot.domain import CardState, TaskState
from bot.errors import BadParent, TaskGone
from bot.services.reports import Decision, Reported
from bot.services.sources import REPORTED
from tests.services.engine import ALICE, BOB, GUILD, request, until, who

S = TaskState
CHANNEL = 700


async def done(app: App, folder: Path, key: str = "k1") -> str:
    task = await app.intake.submit(request(folder, key))
    assert (await until(app, task.id)).state is S.DONE
    return task.id


async def hidden(app: App, task_id: str) -> bool:
    task = await app.tasks.get(task_id)
    assert task is not None
    return task.hidden


async def test_a_report_hides_a_task_and_shows_it_anew(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    before = await app.tasks.get(task_id)
    changed: list[str] = []
    app.signals.subscribe(changed.append)
    assert await app.desk.reports.report(task_id, GUILD, BOB) is Reported.HIDDEN
    after = await app.tasks.get(task_id)
    assert before
    assert after
    assert after.hidden
    assert after.view_rev == before.view_rev + 1
    assert changed == [task_id]
    assert app.desk.reports.waiting.is_set()


async def test_reporting_twice_changes_nothing(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    both = await asyncio.gather(
        *(app.desk.reports.report(task_id, GUILD, user) for user in (BOB, ALICE, BOB))
    )
    assert sorted(both) == [Reported.ALREADY, Reported.ALREADY, Reported.HIDDEN]
    task = await app.tasks.get(task_id)
    assert await app.desk.reports.report(task_id, GUILD, BOB) is Reported.ALREADY
    assert await app.tasks.get(task_id) == task


async def test_a_restored_task_is_not_hidden_again(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    await app.desk.reports.report(task_id, GUILD, BOB)
    report = await app.desk.reports.open_of(task_id)
    assert report
    decided = await app.desk.reports.decide(report.id, GUILD, ALICE, Decision.RESTORE)
    assert (decided.decision, decided.decider_id) == (Decision.RESTORE, ALICE)
    assert not await hidden(app, task_id)
    assert await app.desk.reports.report(task_id, GUILD, BOB) is Reported.KEPT
    assert not await hidden(app, task_id)


async def test_the_first_decision_holds(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    await app.cards.begin_card(task_id)
    await app.cards.card_posted(task_id, 5, 99)
    await app.desk.reports.report(task_id, GUILD, BOB)
    report = await app.desk.reports.open_of(task_id)
    assert report
    decisions = await asyncio.gather(
        app.desk.reports.decide(report.id, GUILD, ALICE, Decision.DELETE),
        app.desk.reports.decide(report.id, GUILD, BOB, Decision.RESTORE),
    )
    assert [each.decision for each in decisions] == [Decision.DELETE] * 2
    task = await app.tasks.get(task_id)
    assert task
    assert (task.hidden, task.card_state) == (True, CardState.DELETING)
    assert await app.desk.reports.report(task_id, GUILD, BOB) is Reported.ALREADY


async def test_a_report_is_owed_to_the_channel_until_it_was_told(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    await app.desk.reports.report(task_id, GUILD, BOB)
    assert await app.desk.reports.unsent() == []  # no channel to tell
    await app.desk.guilds.change(GUILD, ALICE, report_channel=CHANNEL)
    (owed,) = await app.desk.reports.unsent()
    assert (owed.task.id, owed.reporter_id, owed.channel_id) == (task_id, BOB, CHANNEL)
    await app.desk.reports.sent(owed.id, 9)
    assert await app.desk.reports.unsent() == []


async def test_what_was_decided_before_it_was_told_is_not_told(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    await app.desk.reports.report(task_id, GUILD, BOB)
    report = await app.desk.reports.open_of(task_id)
    assert report
    await app.desk.reports.decide(report.id, GUILD, ALICE, Decision.RESTORE)
    await app.desk.guilds.change(GUILD, ALICE, report_channel=CHANNEL)
    assert await app.desk.reports.unsent() == []


async def test_another_server_reports_and_decides_nothing(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    with pytest.raises(TaskGone):
        await app.desk.reports.report(task_id, GUILD + 1, BOB)
    await app.desk.reports.report(task_id, GUILD, BOB)
    report = await app.desk.reports.open_of(task_id)
    assert report
    for guild_id, report_id in ((GUILD + 1, report.id), (GUILD, report.id + 7)):
        with pytest.raises(TaskGone):
            await app.desk.reports.decide(report_id, guild_id, ALICE, Decision.RESTORE)
    assert await hidden(app, task_id)


async def test_what_is_hidden_cannot_be_repeated_or_gone_on_from(app: App, tmp_path: Path) -> None:
    task_id = await done(app, tmp_path)
    await app.desk.reports.report(task_id, GUILD, BOB)
    with pytest.raises(TaskGone) as repeated:
        await app.intake.again(task_id, who(), "k2")
    wish = request(tmp_path, "k3", picture=None, mask=None, parent_task_id=task_id)
    with pytest.raises(BadParent) as gone_on:
        await app.intake.submit(wish)
    assert repeated.value.sentence == gone_on.value.sentence == REPORTED
    assert await app.tasks.usable_parents(ALICE, GUILD, frozenset({77}), "") == []
