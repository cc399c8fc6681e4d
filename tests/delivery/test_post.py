"""The view loop against a Discord that answers as told."""

import asyncio
from itertools import pairwise
from typing import Any

import pytest

from bot.delivery.poster import card_nonce
from bot.domain import CardState, Origin, TaskState
from bot.services.cards import Progress, TaskView
from tests.delivery.stage import stage
from tests.delivery.test_faults import refused
from tests.delivery.views import NOW, TASK_ID, after, done, result, task, view
from tests.fakes import FakeClock

S = TaskState
FRESH: dict[str, Any] = {
    "card_state": CardState.NONE,
    "message_id": None,
    "card_posting_at": None,
    "view_posted": 0,
}
FINAL: dict[str, Any] = {"state": S.DONE, "finished_at": after(9), "results": (result(),)}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


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


@pytest.mark.parametrize(
    ("error", "verbs"),
    [
        (refused(404, 10008), ["post", "edit"]),
        (refused(404, 10003), ["post", "edit", "edit"]),
        (refused(403, 50001), ["post", "edit", "edit"]),
        (refused(403, 50013), ["post", "edit", "edit"]),
    ],
    ids=["message", "channel", "access", "permission"],
)
async def test_a_card_that_is_gone_is_lost_and_the_task_is_not(
    clock: FakeClock, error: Exception, verbs: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    async with stage(view(S.RUNNING, **FRESH), clock=clock) as s:
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.POSTED)
        s.poster.fails["edit"] = [error]
        s.board.change(TASK_ID, **FINAL)
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.LOST)
        await clock.advance(300)
    assert s.poster.verbs() == verbs  # the last says in words what cannot be shown
    assert not any(each.files for each in s.poster.asked[2:])
    assert s.board.task(TASK_ID).state is S.DONE
    assert "the result is kept" in caplog.text


async def test_an_archived_thread_is_opened_once(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING), clock=clock) as s:
        s.poster.fails["edit"] = [refused(400, 50083)]
        await s.until(lambda: s.poster.verbs() == ["edit", "unarchive", "edit"])
        assert s.board.task(TASK_ID).card_state is CardState.POSTED


async def test_a_thread_that_may_not_be_opened_loses_its_card(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING), clock=clock) as s:
        s.poster.fails["edit"] = [refused(400, 50083)]
        s.poster.fails["unarchive"] = [refused(403, 50013)]
        await s.until(lambda: s.board.task(TASK_ID).card_state is CardState.LOST)


async def test_too_large_takes_smaller_copies_and_remembers_the_limit(clock: FakeClock) -> None:
    async with stage(done(), clock=clock) as s:
        s.poster.fails["edit"] = [refused(413, 40005), refused(413, 40005)]
        await s.until(lambda: s.poster.verbs() == ["edit"] * 3, step_s=0.5)
        await s.until(lambda: s.board.task(TASK_ID).view_posted == 2)
    assert s.board.limits[5] < 1000
    assert "compressed" in s.poster.asked[-1].text


async def test_a_limit_that_was_learned_holds_for_later_cards(clock: FakeClock) -> None:
    async with stage(done(), clock=clock) as s:
        s.board.limits[5] = 300
        await s.until(lambda: s.board.task(TASK_ID).view_posted == 2)
    assert s.board.sizes == [300]


async def test_where_nothing_is_small_enough_the_card_says_so(clock: FakeClock) -> None:
    async with stage(done(), clock=clock) as s:
        s.poster.fails["edit"] = [refused(413, 40005)] * 50
        await s.until(lambda: any(not each.files for each in s.poster.asked), step_s=1)
    assert "could not be shown here" in s.poster.asked[-1].text


async def test_old_edits_are_tried_later_and_never_posted_anew(clock: FakeClock) -> None:
    async with stage(done(), clock=clock) as s:
        s.poster.fails["edit"] = [refused(429, 30046)]
        await s.until(lambda: s.poster.verbs() == ["edit", "edit"], step_s=1)
    assert s.poster.asked[1].at_s >= 60


async def test_a_discord_that_is_down_gets_the_final_when_it_is_back(clock: FakeClock) -> None:
    async with stage(done(), clock=clock) as s:
        s.poster.fails["edit"] = [refused(503, 0) for _ in range(4)]
        await s.until(lambda: s.board.task(TASK_ID).view_posted == 2, step_s=1)
    waits = [b.at_s - a.at_s for a, b in pairwise(s.poster.asked)]
    assert len(waits) == 4
    assert waits == sorted(waits)


async def test_what_discord_refuses_is_let_be_after_some_tries(clock: FakeClock) -> None:
    async with stage(done(), clock=clock) as s:
        s.poster.fails["edit"] = [refused(400, 50035) for _ in range(9)]
        await s.until(lambda: s.board.task(TASK_ID).view_posted == 2, step_s=1)
        await clock.advance(300)
    assert [bool(each.files) for each in s.poster.asked] == [True, True, True, False]
    assert s.board.task(TASK_ID).card_state is CardState.LOST
    assert s.board.task(TASK_ID).message_id


async def test_an_edit_that_is_not_allowed_for_a_while_still_gets_its_end(
    clock: FakeClock,
) -> None:
    async with stage(view(S.RUNNING, view_posted=2), clock=clock) as s:
        s.poster.fails["edit"] = [refused(403, 50013) for _ in range(3)]
        s.board.mark(TASK_ID, progress=Progress(percent=10))
        await s.until(lambda: len(s.poster.asked) == 3, step_s=1)
        s.board.change(TASK_ID, **FINAL)
        await s.until(lambda: s.board.task(TASK_ID).view_posted == 3, step_s=0.01)
    assert s.board.task(TASK_ID).card_state is CardState.POSTED
    assert s.poster.asked[-1].files == ["result-1.webp"]


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


async def test_a_thread_that_cannot_be_opened_for_now_is_opened_later(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING), clock=clock) as s:
        s.poster.fails["edit"] = [refused(400, 50083), refused(400, 50083)]
        s.poster.fails["unarchive"] = [refused(503, 0)]
        await s.until(lambda: s.poster.verbs()[-2:] == ["unarchive", "edit"], step_s=0.5)
    assert s.poster.verbs() == ["edit", "unarchive", "edit", "unarchive", "edit"]
    assert s.board.task(TASK_ID).card_state is CardState.POSTED


async def test_while_discord_is_away_a_channel_asks_once_and_keeps_its_order(
    clock: FakeClock,
) -> None:
    ends = [done(id=f"t{n}", finished_at=after(9 - n)) for n in range(8)]
    async with stage(*ends, clock=clock) as s:
        s.poster.fails["edit"] = [ConnectionError("reset") for _ in range(25)]
        await s.until(lambda: len(s.poster.asked) == 3, step_s=0.1)
        await s.until(lambda: len(s.poster.asked) == 33, step_s=5)
    tried, shown = s.poster.asked[:25], s.poster.asked[25:]
    assert {each.task_id for each in tried} == {"t7"}
    assert tried[-1].at_s > 1200
    assert [each.task_id for each in shown] == [f"t{n}" for n in range(7, -1, -1)]


async def test_one_that_fails_for_an_hour_does_not_hold_up_its_channel(clock: FakeClock) -> None:
    async with stage(done(id="t1"), done(id="t2", finished_at=after(99)), clock=clock) as s:
        s.poster.fails["edit"] = [ConnectionError("reset") for _ in range(31)]
        await s.until(lambda: s.board.task("t2").view_posted == 2, step_s=5)
        assert s.board.task("t1").view_posted < 2


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


async def test_a_ping_begun_before_a_stop_is_found(clock: FakeClock) -> None:
    begun = done(wants_ping=True, view_posted=2, ping_posting_at=NOW)
    async with stage(begun, clock=clock) as s:
        s.poster.found[f"ping:{TASK_ID}"] = 66
        await s.until(lambda: s.board.task(TASK_ID).ping_message_id == 66)
    assert s.poster.verbs() == ["find_ping"]


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
