"""The requester's own answer, kept up by the loop and by handlers."""

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import Any

import discord
import pytest

from bot.domain import CardState, ReplyHandle, TaskState
from bot.services.cards import Progress
from tests.delivery.stage import Stage, stage
from tests.delivery.test_faults import refused
from tests.delivery.views import NOW, TASK_ID, after, done, result, view
from tests.fakes import FakeClock

S = TaskState
TOKEN = f"t-{TASK_ID}"
ALIVE: dict[str, Any] = {
    "reply_token": TOKEN,
    "reply_application_id": 1,
    "reply_expires_at": after(900),
}
OVERLAY = Path(__file__)
DRAFT: dict[str, Any] = ALIVE | {
    "queued_at": None,
    "message_id": None,
    "card_state": CardState.NONE,
    "overlay": OVERLAY,
}


def replies(s: Stage) -> list[Any]:
    return [each for each in s.poster.asked if each.verb == "reply"]


async def test_a_draft_is_shown_with_its_mask_and_left_alone(clock: FakeClock) -> None:
    async with stage(view(S.DRAFT, **DRAFT), clock=clock) as s:
        await s.until(lambda: len(replies(s)) == 1)
        await clock.advance(120)
    assert len(replies(s)) == 1
    assert replies(s)[0].files
    assert s.poster.verbs() == ["reply"]


async def test_progress_comes_each_three_seconds_then_each_ten(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING, view_posted=2, overlay=OVERLAY, **ALIVE), clock=clock) as s:
        while clock.now() < after(120):
            s.board.mark(TASK_ID, progress=Progress(stage=str(clock.now())))
            await clock.advance(0.5)
    times = [each.at_s for each in replies(s)]
    gaps = [b - a for a, b in pairwise(times)]
    assert all(gap >= 3 for gap in gaps)
    assert all(gap >= 10 for gap, at in zip(gaps, times[1:], strict=True) if at > 62)
    assert 20 <= len(times) <= 30


async def test_the_mask_is_uploaded_only_once(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING, view_posted=2, overlay=OVERLAY, **ALIVE), clock=clock) as s:
        await s.until(lambda: len(replies(s)) == 1)
        s.board.mark(TASK_ID, progress=Progress(percent=50))
        await s.until(lambda: len(replies(s)) == 2)
    assert [bool(each.files) for each in replies(s)] == [True, False]


async def test_the_end_is_shown_at_once_and_the_token_wiped(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING, view_posted=2, **ALIVE), clock=clock) as s:
        await s.until(lambda: len(replies(s)) == 1)
        s.board.change(TASK_ID, state=S.DONE, finished_at=after(1), results=(result(),))
        await s.until(lambda: s.board.task(TASK_ID).reply_token is None, step_s=0.01)
        assert clock.now() < after(2)
    assert "Done" in replies(s)[-1].text


@pytest.mark.parametrize(
    "error",
    [refused(401, 50027), refused(404, 10015), refused(404, 10008), refused(404, 10062)],
    ids=["token", "webhook", "dismissed", "interaction"],
)
async def test_a_dead_token_ends_the_answer_and_nothing_else(
    clock: FakeClock, error: Exception
) -> None:
    async with stage(view(S.RUNNING, view_posted=2, **ALIVE), clock=clock) as s:
        s.poster.fails["reply"] = [error]
        await s.until(lambda: s.board.task(TASK_ID).reply_token is None)
        s.board.change(TASK_ID, state=S.DONE, finished_at=after(9), results=(result(),))
        await s.until(lambda: "edit" in s.poster.verbs())
    assert len(replies(s)) == 1


async def test_a_token_that_has_run_out_is_not_tried(clock: FakeClock) -> None:
    late = ALIVE | {"reply_expires_at": NOW}
    async with stage(view(S.RUNNING, view_posted=2, **late), clock=clock) as s:
        await s.until(lambda: s.board.task(TASK_ID).reply_token is None)
    assert replies(s) == []


async def test_an_edit_that_fails_for_now_is_made_later(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING, view_posted=2, **ALIVE), clock=clock) as s:
        s.poster.fails["reply"] = [refused(500, 0), OSError("reset")]
        await s.until(lambda: s.board.task(TASK_ID).reply_posted == 2, step_s=0.5)
    assert len(replies(s)) == 3


async def test_pictures_too_large_for_the_answer_are_sent_smaller(clock: FakeClock) -> None:
    lost = done(card_state=CardState.LOST, message_id=None, **ALIVE)
    async with stage(lost, clock=clock) as s:
        s.poster.fails["reply"] = [refused(413, 40005), refused(413, 40005)]
        await s.until(lambda: s.board.task(TASK_ID).reply_posted == 2, step_s=0.5)
    assert s.board.sizes == [1000, 500, 250]


async def test_an_answer_that_is_not_allowed_any_more_is_not_tried_again(clock: FakeClock) -> None:
    async with stage(view(S.RUNNING, view_posted=2, **ALIVE), clock=clock) as s:
        s.poster.fails["reply"] = [refused(403, 50013)]
        await s.until(lambda: s.board.task(TASK_ID).reply_token is None)
    assert len(replies(s)) == 1


async def test_an_answer_waits_longer_each_time_and_as_long_as_discord_says(
    clock: FakeClock,
) -> None:
    async with stage(view(S.RUNNING, view_posted=2, **ALIVE), clock=clock) as s:
        waits: list[Exception] = [refused(500, 0) for _ in range(4)]
        s.poster.fails["reply"] = [*waits, discord.RateLimited(300.0)]
        await s.until(lambda: s.board.task(TASK_ID).reply_posted == 2, step_s=1)
    gaps = [round(b.at_s - a.at_s) for a, b in pairwise(replies(s))]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 300


async def test_a_lost_card_brings_the_pictures_here(clock: FakeClock) -> None:
    lost = done(card_state=CardState.LOST, message_id=None, **ALIVE)
    async with stage(lost, clock=clock) as s:
        await s.until(lambda: len(replies(s)) == 1)
    assert replies(s)[0].files == ["result-1.webp"]


async def test_a_handler_and_the_loop_never_show_an_older_row_last(clock: FakeClock) -> None:
    async with stage(view(S.QUEUED, view_posted=2, **ALIVE), clock=clock) as s:
        s.poster.takes_s = 0.5
        showing = asyncio.create_task(s.replies.show(TASK_ID))
        await clock.advance(0.1)
        s.board.change(TASK_ID, state=S.DONE, finished_at=after(1), results=(result(),))
        await s.until(lambda: s.board.task(TASK_ID).reply_token is None)
        await showing
    assert "Done" in replies(s)[-1].text


async def test_a_fresher_token_shows_what_the_stored_one_no_longer_can(clock: FakeClock) -> None:
    wiped = DRAFT | dict.fromkeys(ALIVE)
    async with stage(view(S.DRAFT, **wiped), clock=clock) as s:
        await s.replies.show(TASK_ID)
        assert replies(s) == []
        await s.replies.show(TASK_ID, ReplyHandle(1, TOKEN, after(900)))
        assert len(replies(s)) == 1


async def test_a_handler_hears_of_an_answer_that_discord_refuses(clock: FakeClock) -> None:
    async with stage(view(S.DRAFT, **(DRAFT | dict.fromkeys(ALIVE))), clock=clock) as s:
        s.poster.fails["reply"] = [refused(400, 50035)]
        with pytest.raises(discord.HTTPException):
            await s.replies.show(TASK_ID, ReplyHandle(1, TOKEN, after(900)))


async def test_an_unknown_task_is_shown_to_nobody(clock: FakeClock) -> None:
    async with stage(clock=clock) as s:
        await s.replies.show("nobody")
        assert s.poster.asked == []
