"""What is owed to cards, replies and pings, and the marks of what was done."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, insert, update

from bot.app import App
from bot.db.models import MemberPreferences, TaskRow
from bot.domain import CardState, ReplyHandle, TaskState
from tests.services.engine import ALICE, assert_books, opened, request, until, working
from tests.services.scripted import Scripted

S = TaskState


async def _behind(app: App) -> list[str]:
    return [view.task.id for view in await app.cards.behind()]


async def _done(app: App, folder: Path, key: str = "k1") -> str:
    task = await app.intake.submit(request(folder, key))
    assert (await until(app, task.id)).state is S.DONE
    return task.id


async def test_a_card_is_begun_once_and_owed_until_it_shows_the_newest(
    app: App, tmp_path: Path
) -> None:
    task_id = await _done(app, tmp_path)
    assert await _behind(app) == [task_id]
    assert await app.cards.begin_card(task_id)
    assert await app.cards.begin_card(task_id) is None
    (view,) = await app.cards.view([task_id])
    await app.cards.card_posted(task_id, 555, view.task.view_rev - 1)
    assert await _behind(app) == [task_id]
    await app.cards.card_shown(task_id, view.task.view_rev)
    assert await _behind(app) == []
    assert await app.tasks.delete(task_id, 101, False)
    assert await _behind(app) == [task_id]
    await app.cards.card_deleted(task_id)
    assert await _behind(app) == []
    assert not await app.tasks.delete(task_id, 101, False)


async def test_delete_takes_the_card_of_a_running_edit_only_once_it_has_ended(
    app: App, tmp_path: Path
) -> None:
    task = await app.intake.submit(request(tmp_path))
    await app.cards.card_posted(task.id, 555, 0)
    taken, states = 0, list[TaskState]()
    while not taken or states[-1] is not S.DONE:
        pressed = [app.tasks.delete(task.id, ALICE, False) for _ in range(3)]
        taken += sum(await asyncio.gather(*pressed))
        found = await app.tasks.get(task.id)
        assert found
        states.append(found.state)
        assert (found.card_state is CardState.DELETING) == bool(taken)
        assert not taken or found.state.is_terminal
    assert taken == 1
    ended = await until(app, task.id)
    assert (ended.state, ended.settled, ended.card_state) == (S.DONE, 7, CardState.DELETING)
    (view,) = await app.cards.view([task.id])
    assert view.results[0].path
    await assert_books(app)


async def test_a_card_on_its_way_when_its_member_is_forgotten_is_still_taken_away(
    app: App, tmp_path: Path
) -> None:
    task_id = await _done(app, tmp_path)
    assert await app.cards.begin_card(task_id)
    await app.credits.erasures.ask(ALICE)
    assert await _behind(app) == [task_id]
    await app.cards.card_posted(task_id, 555, 9)
    (view,) = await app.cards.view([task_id])
    assert (view.task.card_state, view.task.message_id) == (CardState.DELETING, 555)
    assert not await app.cards.begin_ping(task_id)


@pytest.mark.parametrize(
    ("is_gone", "state", "message_id"),
    [(False, CardState.DELETING, 555), (True, CardState.LOST, None)],
)
async def test_a_lost_card_that_may_still_be_there_goes_with_its_forgotten_member(
    app: App, tmp_path: Path, is_gone: bool, state: CardState, message_id: int | None
) -> None:
    task_id = await _done(app, tmp_path)
    await app.cards.begin_card(task_id)
    await app.cards.card_posted(task_id, 555, 1)
    await app.cards.card_lost(task_id, is_gone=is_gone)
    await app.credits.erasures.ask(ALICE)
    (view,) = await app.cards.view([task_id])
    assert (view.task.card_state, view.task.message_id) == (state, message_id)


async def test_a_card_that_nobody_began_is_not_begun_for_a_forgotten_member(
    app: App, tmp_path: Path
) -> None:
    task_id = await _done(app, tmp_path)
    await app.credits.erasures.ask(ALICE)
    assert await app.cards.begin_card(task_id) is None
    assert await _behind(app) == []


async def test_an_older_revision_never_covers_a_newer_mark(app: App, tmp_path: Path) -> None:
    task_id = await _done(app, tmp_path)
    await app.cards.card_posted(task_id, 555, 9)
    await app.cards.card_shown(task_id, 4)
    (view,) = await app.cards.view([task_id])
    assert view.task.view_posted == 9


@pytest.mark.parametrize(
    ("choice", "took_s", "wanted"),
    [
        (None, 31, True),
        (None, 29, False),
        ("long", 31, True),
        ("always", 1, True),
        ("off", 3000, False),
    ],
)
async def test_a_ping_is_owed_as_its_member_wishes(
    app: App, tmp_path: Path, choice: str | None, took_s: float, wanted: bool
) -> None:
    task_id = await _done(app, tmp_path)
    task = await app.tasks.get(task_id)
    assert task is not None
    async with app.db.write() as session:
        took = timedelta(seconds=took_s)
        ended = update(TaskRow).where(TaskRow.id == task_id)
        await session.execute(ended.values(finished_at=task.created_at + took))
        if choice:
            values = {"person_id": task.person_id, "ping": choice, "updated_at": app.clock.now()}
            await session.execute(insert(MemberPreferences).values(**values))
    await app.cards.card_posted(task_id, 555, task.view_rev)
    assert await _behind(app) == ([task_id] if wanted else [])
    (view,) = await app.cards.view([task_id])
    assert view.wants_ping is wanted
    assert [await app.cards.begin_ping(task_id) for _ in range(2)] == [True, False]
    await app.cards.ping_posted(task_id, 556)
    assert await _behind(app) == []


async def test_reply_tokens_are_wiped_when_their_time_is_over(app: App, tmp_path: Path) -> None:
    ends = app.clock.now() + timedelta(minutes=15)
    reply = ReplyHandle(1, "a-secret-token", ends)
    task = await app.intake.submit(request(tmp_path, reply=reply))
    await app.reconciler.once()
    kept = await app.tasks.get(task.id)
    assert kept is not None
    assert kept.reply_token == "a-secret-token"
    assert "a-secret-token" not in repr(kept)
    async with app.db.write() as session:
        over = update(TaskRow).values(reply_expires_at=app.clock.now())
        await session.execute(over)
    await app.reconciler.once()
    wiped = await app.tasks.get(task.id)
    assert wiped is not None
    assert (wiped.reply_token, wiped.reply_application_id) == (None, None)


async def test_cards_of_an_earlier_run_can_be_given_up(tmp_path: Path) -> None:
    async with opened(tmp_path / "data", Scripted()) as app, working(app):
        task_id = await _done(app, tmp_path)
        await app.cards.card_posted(task_id, 555, 99)
        await app.cards.mark_lost_all()
        (view,) = await app.cards.view([task_id])
        assert (view.task.card_state, view.task.message_id) == (CardState.LOST, None)
        assert len(view.results) == 1
        assert await _behind(app) == []


async def test_many_views_cost_a_fixed_number_of_statements(app: App, tmp_path: Path) -> None:
    task_ids = [await _done(app, tmp_path, f"k{n}") for n in range(3)]
    # The first look opens a connection, which has statements of its own.
    await _statements(app, task_ids)
    few = await _statements(app, task_ids[:1])
    assert few == await _statements(app, task_ids) <= 6


async def _statements(app: App, task_ids: list[str]) -> int:
    seen: list[str] = []
    mine = asyncio.current_task()

    def listen(_connection, _cursor, statement: str, *_rest) -> None:
        if asyncio.current_task() is mine:  # the engine's loops ask beside us
            seen.append(statement)

    event.listen(app.db.reader.sync_engine, "before_cursor_execute", listen)
    await app.cards.view(task_ids)
    event.remove(app.db.reader.sync_engine, "before_cursor_execute", listen)
    return len(seen)


@pytest.mark.parametrize(
    ("is_gone", "channel_id", "message_id"),
    [(False, 7, 555), (True, 7, None), (False, 8, None)],
    ids=["still there", "gone", "asked for elsewhere"],
)
async def test_a_lost_card_comes_back_as_the_one_that_is_still_there(
    app: App, tmp_path: Path, is_gone: bool, channel_id: int, message_id: int | None
) -> None:
    task_id = await _done(app, tmp_path)
    await app.cards.begin_card(task_id)
    await app.cards.card_posted(task_id, 555, 1)
    await _set(app, task_id, channel_id=7)
    await app.cards.card_lost(task_id, is_gone=is_gone)
    assert await app.cards.bring_back(task_id, channel_id)
    (view,) = await app.cards.view([task_id])
    assert view.task.card_state is CardState.NONE
    assert (view.task.message_id, view.task.card_posting_at) == (message_id, None)
    await app.cards.card_gone(task_id)
    (view,) = await app.cards.view([task_id])
    assert view.task.message_id is None


async def test_a_lost_card_whose_id_nobody_knows_is_looked_for(app: App, tmp_path: Path) -> None:
    task_id = await _done(app, tmp_path)
    begun = await app.cards.begin_card(task_id)
    await _set(app, task_id, channel_id=7)
    await app.cards.card_lost(task_id, is_gone=False)
    assert await app.cards.bring_back(task_id, 7)
    (view,) = await app.cards.view([task_id])
    assert view.task.card_posting_at == begun


async def test_a_card_that_is_to_go_is_not_lost_meanwhile(app: App, tmp_path: Path) -> None:
    task_id = await _done(app, tmp_path)
    await app.cards.card_posted(task_id, 555, 1)
    assert await app.tasks.delete(task_id, ALICE, False)
    await app.cards.card_lost(task_id)
    (view,) = await app.cards.view([task_id])
    assert view.task.card_state is CardState.DELETING


async def _set(app: App, task_id: str, **values: int) -> None:
    async with app.db.write() as session:
        await session.execute(update(TaskRow).where(TaskRow.id == task_id).values(**values))
