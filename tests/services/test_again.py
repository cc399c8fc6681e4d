"""An edit made again: once for each member, however often they press."""

import asyncio
from pathlib import Path

import pytest

from bot.app import App
from bot.domain import Options, Origin, TaskState
from bot.errors import (
    TaskGone,
)
from tests.services.engine import (
    ALICE,
    BOB,
    assert_books,
    purse,
    request,
    until,
    who,
)
from tests.services.scripted import Scripted, hang

S = TaskState
BOTH = (ALICE, BOB)


async def test_again_makes_one_new_task_however_often_it_is_pressed(
    app: App, tmp_path: Path
) -> None:
    first = await app.intake.submit(request(tmp_path, options=Options(seed=4, strength=0.5)))
    await until(app, first.id)
    pressed = await asyncio.gather(
        *(app.intake.again(first.id, who(BOB), f"press{n}") for n in range(4))
    )
    assert len({task.id for task in pressed}) == 1
    ended = await until(app, pressed[0].id)
    assert (ended.state, ended.origin, ended.user_id) == (S.DONE, Origin.BUTTON, BOB)
    assert ended.options["strength"] == 0.5
    assert ended.options["seed"] != 4
    assert await purse(app, BOB) == (93, 0)
    await assert_books(app)


async def test_again_by_two_members_at_once_makes_two_tasks(app: App, tmp_path: Path) -> None:
    first = await app.intake.submit(request(tmp_path))
    await until(app, first.id)
    pressed = await asyncio.gather(
        *(app.intake.again(first.id, who(user), f"{user}-{n}") for n in (1, 2) for user in BOTH)
    )
    assert {task.user_id for task in pressed} == set(BOTH)
    assert len({task.id for task in pressed}) == 2
    for task in pressed:
        assert (await until(app, task.id)).state is S.DONE
    await assert_books(app)


async def test_again_of_a_live_task_is_refused(
    app: App, provider: Scripted, tmp_path: Path
) -> None:
    provider.polls = [hang]
    task = await app.intake.submit(request(tmp_path))
    with pytest.raises(TaskGone):
        await app.intake.again(task.id, who(), "press")
