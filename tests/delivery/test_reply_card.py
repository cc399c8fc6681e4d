"""The requester's own answer as a pure function of a view."""

from pathlib import Path

import pytest

from bot.delivery.reply_card import CARD_LOST, card_link, render_reply, shows_overlay
from bot.domain import CardState, MaskSource, Op, TaskState
from bot.services.cards import Progress
from tests.delivery import layouts
from tests.delivery.views import TASK_ID, after, done, file, view

S = TaskState
OVERLAY = Path("/o/abc.webp")


def draft(**values):
    unused = {"message_id": None, "card_state": CardState.NONE, "queued_at": None}
    why = {"draft_reason": "Your mask covers 96 % of the picture. Is it the wrong way round?"}
    return view(S.DRAFT, **(unused | why | {"overlay": OVERLAY, "may_cancel": True} | values))


def test_a_draft_shows_the_mask_why_it_asks_the_price_and_the_ways_on() -> None:
    reply = render_reply(draft(quoted=7, draft_expires_at=after(3600)), "mask.webp")
    said = layouts.text(reply)
    assert "Is it the wrong way round?" in said
    assert "12 % of the picture, from your mask file" in said
    assert "Local · Costs 7 credits" in said
    assert "Goes away <t:1767272400:R>." in said
    assert layouts.buttons(reply) == ["Go", "Invert", "Cancel", "Grow", "Shrink", "Prompt", "Cells"]
    assert list(layouts.pictures(reply)) == ["attachment://mask.webp"]


def test_a_draft_without_a_mask_has_nothing_to_invert() -> None:
    reply = render_reply(draft(mask_blob=None, mask_source=MaskSource.NONE, overlay=None))
    assert layouts.buttons(reply) == ["Go", "Cancel", "Prompt", "Cells"]
    assert "Tinted" not in layouts.text(reply)


def test_a_draft_of_added_sides_has_nothing_to_invert_or_grow() -> None:
    reply = render_reply(draft(op=Op.OUTPAINT, mask_source=MaskSource.SIDES))
    assert layouts.buttons(reply) == ["Go", "Cancel", "Prompt"]


def test_a_running_edit_shows_the_mask_progress_cancel_and_the_way_to_the_card() -> None:
    seen = view(overlay=OVERLAY, may_cancel=True, progress=Progress("Filling", 30))
    reply = render_reply(seen, "mask.webp")
    assert "30 %" in layouts.text(reply)
    assert layouts.buttons(reply) == ["Cancel", "To the card"]
    assert f"cancel:{TASK_ID}" in layouts.custom_ids(reply)
    assert card_link(seen.task) == "https://discord.com/channels/5/6/8"


def test_no_link_without_a_card() -> None:
    assert card_link(view(message_id=None, card_state=CardState.NONE).task) is None


@pytest.mark.parametrize("state", [S.DONE, S.FAILED, S.CANCELLED, S.EXPIRED, S.UNKNOWN])
def test_after_the_end_there_is_no_cancel_and_no_mask(state: TaskState) -> None:
    seen = view(state, overlay=OVERLAY, may_cancel=False)
    assert not shows_overlay(seen)
    assert layouts.buttons(render_reply(seen)) == ["To the card"]


def test_results_are_shown_here_when_the_card_is_lost() -> None:
    seen = done(card_state=CardState.LOST, message_id=None)
    reply = render_reply(seen, None, [file()])
    assert CARD_LOST in layouts.text(reply)
    assert list(layouts.pictures(reply)) == ["attachment://result-1.webp"]


def test_an_expired_draft_says_what_to_do() -> None:
    said = layouts.text(render_reply(view(S.EXPIRED)))
    assert "not used in time" in said
    assert "Nothing was charged." in said
    assert "`/inpaint`" in said


@pytest.mark.parametrize("state", TaskState)
def test_the_longest_answer_fits_discord(state: TaskState) -> None:
    seen = view(
        state,
        prompt="*" * 1000,
        notes=[f"{n}" + "_" * 400 for n in range(20)],
        error_text="_" * 2000,
        draft_reason="x" * 400,
        draft_expires_at=after(1),
        overlay=OVERLAY,
        may_cancel=True,
    )
    reply = render_reply(seen, "mask.webp", [file(n) for n in range(1, 9)])
    assert reply.content_length() <= 4000
    assert len(layouts.parts(reply)) <= 40
