"""Blocked words in what members write, and times as admins write them."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import BadOption
from bot.services.spans import IDEAS, parse_until
from bot.services.wordlist import found_word, parse_words

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)

FOUND = [
    ("boat", "a BOAT on a lake"),
    ("Boat", "boat"),
    ("boat", "boat-house"),
    ("red boat", "a red   \n boat"),
    ("straße", "Eine STRASSE"),
    ("boat", "a bo\u200bat"),
    ("boat", "\uff42\uff4f\uff41\uff54"),
    ("c++", "we like c++, too"),
    ("é", "cafe\u0301 e\u0301 y"),
]
NOT_FOUND = [
    ("boat", "boats"),
    ("boat", "steamboat"),
    ("red boat", "a redboat"),
    ("boat", ""),
    ("a.t", "act"),
]


@pytest.mark.parametrize(("word", "written"), FOUND)
def test_a_blocked_word_is_found(word: str, written: str) -> None:
    assert found_word(["x", word], ["nothing", written]) == word


@pytest.mark.parametrize(("word", "written"), NOT_FOUND)
def test_other_words_are_let_in(word: str, written: str) -> None:
    assert found_word([word], [written]) is None


def test_a_list_is_parted_by_commas_and_lines() -> None:
    assert parse_words(" boat,  red \t boat,\n\nvase,boat,") == ("boat", "red boat", "vase")


UNTIL = [
    ("30m", timedelta(minutes=30)),
    ("12h", timedelta(hours=12)),
    ("1 hour", timedelta(hours=1)),
    ("7 Days", timedelta(days=7)),
    ("2w", timedelta(weeks=2)),
    ("2026-02-01", timedelta(hours=12)),
]


@pytest.mark.parametrize(("typed", "later"), UNTIL)
def test_a_time_is_read(typed: str, later: timedelta) -> None:
    assert parse_until(typed, NOW) == NOW + later


def test_nothing_is_for_good() -> None:
    assert parse_until(" ", NOW) is None
    assert parse_until("For good", NOW) is None


@pytest.mark.parametrize("typed", ["soon", "7", "-3d", "2026-02-30", "31.1.2027", "1e3d", "d7"])
def test_what_is_no_time_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(BadOption, match="`12h`, `7d`, a day like `2026-03-02`"):
        parse_until(typed, NOW)


@pytest.mark.parametrize("typed", ["0d", "2026-01-31", "2019-01-01", "99999w"])
def test_what_is_over_or_too_far_is_refused(typed: str) -> None:
    with pytest.raises(BadOption, match="over, or too far away"):
        parse_until(typed, NOW)


def test_every_idea_is_a_time() -> None:
    assert all(parse_until(idea, NOW) or idea == "for good" for idea in IDEAS)
