"""The view loop against a Discord that refuses or is away: limits, lost cards, later tries."""

from itertools import pairwise

import pytest

from bot.domain import CardState, TaskState
from bot.services.cards import Progress
from tests.delivery.stage import stage
from tests.delivery.test_faults import refused
from tests.delivery.views import FINAL, FRESH, TASK_ID, after, done, view
from tests.fakes import FakeClock

S = TaskState


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
