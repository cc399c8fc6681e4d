"""The view loop finds what was begun before a stop, or comes back, and posts nothing twice."""

from typing import Any

import pytest

from bot.domain import CardState, Origin, TaskState
from tests.delivery.stage import stage
from tests.delivery.test_faults import refused
from tests.delivery.views import FINAL, FRESH, NOW, TASK_ID, done, view
from tests.fakes import FakeClock

S = TaskState


async def test_a_card_begun_before_a_stop_is_found_and_not_posted_again(clock: FakeClock) -> None:
    begun = FRESH | {"card_posting_at": NOW}
    async with stage(view(S.RUNNING, **begun), clock=clock) as s:
        s.poster.found[TASK_ID] = 55
        await s.until(lambda: s.poster.verbs() == ["find", "edit"])
    assert s.board.task(TASK_ID).message_id == 55


async def test_a_card_begun_before_a_stop_and_never_posted_is_posted(clock: FakeClock) -> None:
    begun = FRESH | {"card_posting_at": NOW}
    async with stage(view(S.RUNNING, **begun), clock=clock) as s:
        await s.until(lambda: s.poster.verbs() == ["find", "post"])
    assert s.board.task(TASK_ID).message_id


@pytest.mark.parametrize("values", [{}, {"state": S.EXPIRED, "card_state": CardState.NONE}])
async def test_a_card_begun_before_a_stop_is_found_where_it_is_to_go(
    clock: FakeClock, values: dict[str, Any]
) -> None:
    begun = FRESH | {"card_posting_at": NOW, "card_state": CardState.DELETING, "queued_at": None}
    reply = {"origin": Origin.REPLY, "state": S.DONE}
    async with stage(view(**{**begun, **reply, **values}), clock=clock) as s:
        s.poster.found[TASK_ID] = 55
        await s.until(lambda: s.poster.verbs() == ["find", "delete"])
    assert s.board.task(TASK_ID).card_state is CardState.DELETED


async def test_a_ping_begun_before_a_stop_goes_with_its_card(clock: FakeClock) -> None:
    going = {"card_state": CardState.DELETING, "ping_posting_at": NOW, "ping_message_id": None}
    async with stage(view(**{**FINAL, **going}), clock=clock) as s:
        s.poster.found[f"ping:{TASK_ID}"] = 56
        await s.until(lambda: s.poster.verbs() == ["find_ping", "delete", "delete"])


async def test_a_post_of_unknown_outcome_is_looked_for_before_it_is_tried_again(
    clock: FakeClock,
) -> None:
    async with stage(view(S.RUNNING, **FRESH), clock=clock) as s:
        s.poster.fails["post"] = [OSError("reset")]
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.POSTED)
    assert s.poster.verbs() == ["post", "find", "post"]


async def test_a_card_that_comes_back_is_the_one_that_is_still_there(clock: FakeClock) -> None:
    back = done(card_state=CardState.NONE, card_posting_at=None, ping_message_id=0, message_id=7)
    async with stage(back, clock=clock) as s:
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.POSTED)
    assert s.poster.verbs() == ["edit"]
    assert s.board.task(TASK_ID).message_id == 7


async def test_a_card_that_comes_back_and_is_gone_is_posted_anew(clock: FakeClock) -> None:
    back = done(card_state=CardState.NONE, card_posting_at=None, ping_message_id=0, message_id=7)
    async with stage(back, clock=clock) as s:
        s.poster.fails["edit"] = [refused(404, 10008)]
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.POSTED)
    assert s.poster.verbs() == ["edit", "post"]
    assert s.board.task(TASK_ID).message_id != 7


async def test_a_ping_begun_before_a_stop_is_found(clock: FakeClock) -> None:
    begun = done(wants_ping=True, view_posted=2, ping_posting_at=NOW)
    async with stage(begun, clock=clock) as s:
        s.poster.found[f"ping:{TASK_ID}"] = 66
        await s.until(lambda: s.board.task(TASK_ID).ping_message_id == 66)
    assert s.poster.verbs() == ["find_ping"]
