"""Going on from an earlier edit: whose it may be, and what of it is left."""

from pathlib import Path

import pytest
from sqlalchemy import update

from bot.app import App
from bot.db.models import ResultRow, TaskRow
from bot.domain import TAKEN_AWAY, CardState, TaskState
from bot.errors import BadParent, TaskGone
from tests.services.engine import ALICE, BOB, CHANNEL, GUILD, child, request, until, who

S = TaskState


async def test_a_result_is_gone_on_from_with_its_own_mask(app: App, tmp_path: Path) -> None:
    first = await app.intake.submit(request(tmp_path))
    with pytest.raises(BadParent, match="not finished"):
        await app.intake.submit(child(first.id, "early"))
    await until(app, first.id)
    second = await app.intake.submit(child(first.id, "child"))
    ended = await until(app, second.id)
    assert (ended.state, ended.parent_task_id, ended.parent_result_n) == (S.DONE, first.id, 1)
    assert ended.mask_facts["source"] == "parent"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"guild_id": 10}, "do not know"),
        ({"may_view": frozenset({1})}, "do not know"),
        ({"parent_result_n": 4}, "no picture 4"),
    ],
    ids=["another guild", "a hidden channel", "no such result"],
)
async def test_a_foreign_parent_reads_like_an_unknown_one(
    app: App, tmp_path: Path, change, words: str
) -> None:
    first = await app.intake.submit(request(tmp_path))
    await until(app, first.id)
    with pytest.raises(BadParent, match=words):
        await app.intake.submit(child(first.id, "child", **change))


async def test_parents_are_offered_newest_first_and_only_where_seen(
    app: App, tmp_path: Path
) -> None:
    tasks = [
        await app.intake.submit(request(tmp_path, f"k{n}", prompt=f"wish {n}")) for n in range(3)
    ]
    for task in tasks:
        await until(app, task.id)
    found = await app.tasks.usable_parents(BOB, GUILD, frozenset({CHANNEL}), "")
    assert [task.prompt for task in found] == ["wish 2", "wish 1", "wish 0"]
    assert len(await app.tasks.usable_parents(BOB, GUILD, frozenset({CHANNEL}), "SH 1")) == 1
    assert await app.tasks.usable_parents(BOB, GUILD, frozenset({1}), "") == []
    assert await app.tasks.usable_parents(BOB, 10, frozenset({CHANNEL}), "") == []


@pytest.mark.parametrize("gone", sorted(TAKEN_AWAY))
async def test_what_was_deleted_is_its_owners_alone(
    app: App, tmp_path: Path, gone: CardState
) -> None:
    first = await app.intake.submit(request(tmp_path))
    await until(app, first.id)
    async with app.db.write() as session:
        await session.execute(update(TaskRow).values(card_state=gone))
    everywhere = frozenset({CHANNEL})
    assert await app.tasks.usable_parents(BOB, GUILD, everywhere, "") == []
    assert len(await app.tasks.usable_parents(ALICE, GUILD, everywhere, "")) == 1
    with pytest.raises(BadParent, match="do not know"):
        await app.intake.submit(child(first.id, "bob's", user_id=BOB))
    with pytest.raises(TaskGone, match="cannot be repeated"):
        await app.intake.again(first.id, who(BOB), "press")
    own = await app.intake.submit(child(first.id, "own"))
    assert (await until(app, own.id)).state is S.DONE
    async with app.db.write() as session:
        await session.execute(update(ResultRow).values(blob=None))
    with pytest.raises(BadParent, match="brought no picture"):
        await app.intake.submit(child(first.id, "late"))
