"""The view loop against a Discord that answers: cards are posted once, edited in turn, and go."""

import asyncio
from typing import Any

from bot.delivery.poster import card_nonce
from bot.domain import CardState, TaskState
from bot.services.cards import Progress, TaskView
from tests.delivery.stage import stage
from tests.delivery.test_faults import refused
from tests.delivery.views import FINAL, FRESH, NOW, TASK_ID, after, done, task, view
from tests.fakes import FakeClock

S = TaskState


def named(task_id: str, **values: Any) -> TaskView:
    fields: dict[str, Any] = {"id": task_id} | FRESH | values
    return view(**fields)


async def test_a_card_is_posted_once_then_only_edited(clock: FakeClock) -> None:
    async with stage(view(S.QUEUED, **FRESH), clock=clock) as s:
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.POSTED)
        s.board.change(TASK_ID, state=S.RUNNING)
        await s.until(lambda: s.poster.verbs() == ["post", "edit"])
        s.board.change(TASK_ID, **FINAL)
        await s.until(lambda: len(s.poster.asked) == 3)
    assert s.poster.verbs() == ["post", "edit", "edit"]
    assert s.poster.asked[-1].files == ["result-1.webp"]
    assert s.board.task(TASK_ID).view_posted == s.board.task(TASK_ID).view_rev


async def test_progress_is_edited_at_its_moments_and_only_when_it_shows(clock: FakeClock) -> None:
    running = view(S.RUNNING, view_posted=2)
    async with stage(running, clock=clock) as s:
        await s.until(lambda: clock.now() > after(3.2))
        first = len(s.poster.asked)
        for percent, at_s in ((10, 9), (10, 16), (50, 26), (60, 41)):
            s.board.mark(TASK_ID, progress=Progress(percent=percent))
            await s.until(lambda at_s=at_s: clock.now() > after(at_s))
    shown = [each.text for each in s.poster.asked[first:]]
    assert len(shown) == 3
    assert [round(each.at_s) for each in s.poster.asked[first:]] == [8, 25, 40]
    assert "60 %" in shown[-1]


async def test_one_request_a_channel_is_in_flight_and_channels_do_not_wait_for_each_other(
    clock: FakeClock,
) -> None:
    views = [named(f"t{n}", channel_id=n % 2) for n in range(10)]
    async with stage(*views, clock=clock) as s:
        s.poster.takes_s = 1.0
        await s.until(lambda: len(s.poster.asked) == 10)
    assert s.poster.most_in_flight == 1
    assert s.poster.asked[-1].at_s < 5  # ten in a row would have taken nine seconds


async def test_a_final_overtakes_the_progress_of_others(clock: FakeClock) -> None:
    views = [named(f"t{n}", state=S.RUNNING) for n in range(6)]
    async with stage(*views, clock=clock) as s:
        s.poster.takes_s = 0.2
        await s.until(lambda: s.poster.verbs().count("post") == 6)
        s.poster.asked.clear()
        for n in range(6):
            s.board.mark(f"t{n}", progress=Progress(percent=n))
        await s.until(lambda: s.poster.verbs().count("edit") == 1)
        s.board.change("t5", **FINAL)
        await s.until(lambda: any(each.files for each in s.poster.asked))
    assert [each.task_id for each in s.poster.asked][1] == "t5"


async def test_progress_of_a_channel_stays_under_one_edit_in_two_seconds(clock: FakeClock) -> None:
    views = [named(f"t{n}", state=S.RUNNING) for n in range(30)]
    async with stage(*views, clock=clock) as s:
        await s.until(lambda: s.poster.verbs().count("post") == 30)
        begun = clock.now()
        s.poster.asked.clear()
        while (clock.now() - begun).total_seconds() < 40:
            for n in range(30):
                s.board.mark(f"t{n}", progress=Progress(stage=str(clock.now())))
            await asyncio.sleep(0)
            await clock.advance(0.5)
    assert 15 <= len(s.poster.asked) <= 21
    assert len({each.task_id for each in s.poster.asked}) == len(s.poster.asked)


async def test_a_row_that_does_not_take_a_mark_is_no_reason_to_spin(clock: FakeClock) -> None:
    async with stage(view(S.QUEUED, **FRESH), clock=clock) as s:
        s.board.begin_card = _never  # pyright: ignore[reportAttributeAccessIssue]
        await s.until(lambda: clock.now() > after(30), step_s=0.5)
    assert s.poster.asked == []


async def _never(task_id: str) -> None:
    return None


async def test_a_ping_follows_the_final_once(clock: FakeClock) -> None:
    async with stage(done(wants_ping=True), clock=clock) as s:
        await s.until(lambda: s.poster.verbs() == ["edit", "ping"])
        await clock.advance(200)
    assert s.board.task(TASK_ID).ping_message_id
    assert s.poster.verbs() == ["edit", "ping"]


async def test_a_ping_that_cannot_be_posted_leaves_the_card_alone(clock: FakeClock) -> None:
    async with stage(done(wants_ping=True, view_posted=2), clock=clock) as s:
        s.poster.fails["ping"] = [refused(403, 50013)]
        await s.until(lambda: s.board.task(TASK_ID).ping_message_id == 0)
        await clock.advance(200)
    assert s.poster.verbs() == ["ping"]
    assert s.board.task(TASK_ID).card_state is CardState.POSTED


async def test_a_deleted_card_takes_its_ping_along(clock: FakeClock) -> None:
    doomed = done(card_state=CardState.DELETING, ping_message_id=9)
    async with stage(doomed, clock=clock) as s:
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.DELETED)
    assert s.poster.verbs() == ["delete", "delete"]


async def test_the_loop_ends_when_it_is_cancelled(clock: FakeClock) -> None:
    async with stage(*(named(f"t{n}") for n in range(3)), clock=clock) as s:
        s.poster.takes_s = 5
        await s.until(lambda: len(s.poster.asked) == 1)
    await asyncio.sleep(0)
    assert len(asyncio.all_tasks()) == 1


def test_a_card_that_is_posted_anew_does_not_get_the_one_that_is_gone() -> None:
    fresh, anew = task(S.DONE, ping_message_id=None), task(S.DONE, ping_message_id=0)
    assert card_nonce(fresh, NOW) == card_nonce(fresh, after(9)) == TASK_ID
    assert card_nonce(anew, NOW) == card_nonce(anew, after(0.4))
    nonces = {TASK_ID, card_nonce(anew, NOW), card_nonce(anew, after(9))}
    assert len(nonces) == 3
    assert all(len(nonce) <= 25 for nonce in nonces)
