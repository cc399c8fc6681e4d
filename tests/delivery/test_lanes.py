"""Who comes next and when, as tables."""

from dataclasses import replace

import pytest

from bot.delivery import lanes
from bot.delivery.lanes import Kind, Shown, Work, card_work, next_progress, pick, reply_work
from bot.delivery.status import face
from bot.domain import CardState, TaskState
from bot.services.cards import TaskView
from tests.delivery.views import NOW, after, done, task, view

S = TaskState
QUIET = {"view_rev": 1, "view_posted": 1}
UNPOSTED = {"card_state": CardState.NONE, "message_id": None, "card_posting_at": None}


def shown(seen: TaskView, at_s: float = 0) -> Shown:
    return Shown(face(seen), "", after(at_s))


OWED = [
    ("a new card", view(S.QUEUED, **UNPOSTED), Kind.NEW),
    ("a card that was begun before a stop", view(card_state=CardState.NONE), Kind.NEW),
    ("a final", done(), Kind.FINAL),
    ("a change of state", view(S.READY), Kind.STATE),
    ("progress of what is live", view(S.RUNNING, **QUIET), Kind.PROGRESS),
    ("a deletion", done(card_state=CardState.DELETING), Kind.STATE),
    ("a ping", done(wants_ping=True, **QUIET), Kind.PING),
    ("nothing after a ping", done(wants_ping=True, ping_message_id=9, **QUIET), None),
    ("nothing at the end", done(**QUIET), None),
    ("nothing for a draft", view(S.DRAFT, **UNPOSTED, queued_at=None), None),
    ("nothing for a cancelled draft", view(S.CANCELLED, **UNPOSTED, queued_at=None), None),
    ("nothing for a lost card", view(card_state=CardState.LOST), None),
    ("nothing for a deleted card", done(card_state=CardState.DELETED), None),
]


@pytest.mark.parametrize(
    ("seen", "kind"), [case[1:] for case in OWED], ids=[case[0] for case in OWED]
)
def test_a_channel_is_owed(seen: TaskView, kind: Kind | None) -> None:
    work = card_work(seen, None, NOW)
    assert (work.kind if work else None) is kind


def test_the_final_comes_before_its_ping() -> None:
    work = card_work(done(wants_ping=True), None, NOW)
    assert work
    assert work.kind is Kind.FINAL


def test_a_change_that_looks_the_same_waits_like_progress() -> None:
    seen = view(S.RUNNING)
    ready = replace(seen, task=replace(seen.task, state=S.READY))
    work = card_work(seen, shown(ready, 4), after(4))
    assert work
    assert work.kind is Kind.PROGRESS
    assert work.due_at == after(8)


def test_cancel_going_away_is_a_change() -> None:
    seen = view(S.RUNNING, may_cancel=False)
    work = card_work(seen, shown(replace(seen, may_cancel=True)), NOW)
    assert work
    assert work.kind is Kind.STATE


SLOTS = [
    *((0, 3), (2.9, 3), (3, 8), (7, 8), (8, 15), (15, 25), (25, 40)),
    *((39, 40), (40, 70), (69, 70), (70, 100), (500, 520)),
]


@pytest.mark.parametrize(("shown_s", "next_s"), SLOTS)
def test_progress_has_its_moments(shown_s: float, next_s: float) -> None:
    assert next_progress(NOW, after(shown_s)) == after(next_s)


def work(kind: Kind, task_id: str = "a", since_s: float = 0, due_s: float = 0) -> Work:
    return Work(task_id, kind, after(since_s), after(due_s))


def test_the_order_is_new_finals_states_pings_progress() -> None:
    works = [work(kind, kind.name) for kind in reversed(Kind)]
    order = []
    while works:
        chosen = pick(works, NOW, NOW)
        assert chosen
        order.append(chosen.kind)
        works.remove(chosen)
    assert order == [Kind.NEW, Kind.FINAL, Kind.STATE, Kind.PING, Kind.PROGRESS]


def test_among_equals_the_longest_waiting_comes_first() -> None:
    works = [work(Kind.PROGRESS, "late", 5), work(Kind.PROGRESS, "early", 1)]
    chosen = pick(works, NOW, NOW)
    assert chosen
    assert chosen.task_id == "early"


def test_nothing_is_sent_before_it_is_due() -> None:
    works = [work(Kind.STATE, due_s=9), work(Kind.PROGRESS, "b", due_s=4)]
    assert pick(works, after(3), NOW) is None
    assert lanes.next_due(works, NOW) == after(4)


def test_a_channels_progress_is_stretched_but_nothing_else() -> None:
    works = [work(Kind.PROGRESS), work(Kind.FINAL, "b", due_s=1)]
    assert pick(works, NOW, after(2)) is None
    assert lanes.next_due(works, after(2)) == after(1)
    chosen = pick(works, after(2), after(2))
    assert chosen
    assert chosen.kind is Kind.FINAL


def test_a_crowd_shares_a_channels_edits() -> None:
    """A hundred live cards for a minute: progress stays under one edit each 2 s."""
    last = {f"{n:03}": 0.0 for n in range(100)}
    progress_from, sent, now = NOW, 0, 0.0
    while now < 60:
        works = [
            Work(name, Kind.PROGRESS, after(at), next_progress(NOW, after(at)))
            for name, at in last.items()
        ]
        chosen = pick(works, after(now), progress_from)
        if chosen:
            last[chosen.task_id], sent = now, sent + 1
            progress_from = after(now + lanes.CHANNEL_PROGRESS_GAP_S)
        now += 0.25
    assert 25 <= sent <= 30
    assert sum(at > 0 for at in last.values()) == sent  # nobody twice while others wait


def test_trouble_puts_work_off_but_never_forward() -> None:
    one = work(Kind.STATE, due_s=5)
    assert lanes.delayed(one, None) == one
    assert lanes.delayed(one, after(2)) == one
    assert lanes.delayed(one, after(9)).due_at == after(9)


def test_retries_wait_longer_and_longer_up_to_a_minute() -> None:
    assert [lanes.retry_s(n) for n in range(1, 8)] == [2, 4, 8, 16, 32, 60, 60]
    assert lanes.retry_s(10_000) == lanes.RETRY_MAX_S  # an outage of a week


ALIVE = {"reply_token": "t", "reply_application_id": 1, "reply_expires_at": after(900)}


def reply_shown(seen: TaskView, at_s: float) -> Shown:
    return Shown(lanes.reply_face(seen), "", after(at_s))


def test_a_reply_without_a_token_is_owed_nothing() -> None:
    assert reply_work(view(), None, NOW) is None


def test_a_token_that_ran_out_is_owed_its_removal() -> None:
    seen = view(**ALIVE)
    assert lanes.reply_is_over(seen, None, after(901))
    assert reply_work(seen, None, after(901))


def test_a_reply_that_says_the_end_is_over() -> None:
    seen = done(**ALIVE, view_rev=4, view_posted=4, reply_posted=4)
    assert lanes.reply_is_over(seen, None, NOW)
    behind = done(**ALIVE, view_rev=4, view_posted=3, reply_posted=4)
    assert not lanes.reply_is_over(behind, None, NOW)
    assert not lanes.reply_is_over(done(**ALIVE, view_rev=4, reply_posted=3), None, NOW)


def test_a_card_lost_at_a_slow_final_is_told_in_the_reply_before_that_is_over() -> None:
    slow = done(**ALIVE, view_rev=4, view_posted=3, reply_posted=4)
    assert not lanes.reply_is_over(slow, reply_shown(slow, 1), NOW)
    fields = {"view_rev": 4, "view_posted": 4, "reply_posted": 4, "message_id": None}
    lost = done(**ALIVE, card_state=CardState.LOST, **fields)
    assert not lanes.reply_is_over(lost, reply_shown(slow, 1), NOW)
    work = reply_work(lost, reply_shown(slow, 1), after(1))
    assert work
    assert work.due_at == after(1)
    assert lanes.reply_is_over(lost, reply_shown(lost, 1), NOW)


def test_a_reply_waits_for_its_card_to_link_to() -> None:
    seen = done(**ALIVE, view_rev=4, reply_posted=4, **UNPOSTED)
    assert not lanes.reply_is_over(seen, reply_shown(seen, 1), NOW)
    posted = done(**ALIVE, view_rev=4, reply_posted=4)
    work = reply_work(posted, reply_shown(seen, 1), after(1))
    assert work
    assert work.kind is Kind.STATE


@pytest.mark.parametrize(("now_s", "due_s"), [(1, 4), (5, 5), (59, 59), (100, 100)])
def test_a_replys_progress_comes_each_three_seconds_at_first(now_s: float, due_s: float) -> None:
    seen = view(**ALIVE)
    work = reply_work(seen, reply_shown(seen, 1), after(now_s))
    assert work
    assert work.due_at == after(due_s)


def test_a_replys_progress_comes_each_ten_seconds_later() -> None:
    seen = view(**ALIVE)
    work = reply_work(seen, reply_shown(seen, 95), after(100))
    assert work
    assert work.due_at == after(105)


def test_a_draft_that_is_shown_is_owed_nothing_until_it_changes() -> None:
    seen = view(S.DRAFT, **ALIVE, **UNPOSTED, queued_at=None, view_rev=1, reply_posted=1)
    assert reply_work(seen, reply_shown(seen, 1), after(2)) is None
    turned = replace(seen, task=replace(seen.task, overlay_blob="other", view_rev=2))
    work = reply_work(turned, reply_shown(seen, 1), after(2))
    assert work
    assert work.due_at == after(2)


def test_a_card_is_wanted_by_what_was_once_queued() -> None:
    assert lanes.wants_card(task())
    assert not lanes.wants_card(task(S.DRAFT, queued_at=None))
