"""Whatever is typed into an option or a form is read, or refused by an error with a sentence."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.delivery.credit_pages import read_cursor, read_gift
from bot.delivery.going_on import read_about
from bot.delivery.picked_form import read_asked
from bot.domain import Op, Options
from bot.errors import UserError
from bot.imaging.regions import parse_where
from bot.quoting import UNREADABLE, cited
from bot.services import amounts, options
from bot.services.spans import YEARS_MAX, parse_until
from bot.services.wordlist import found_word, parse_words
from tests.figures import counted
from tests.services.scripted import SPEC

NOW = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)
PIECES = st.sampled_from(
    ["7", "0", "-", "12h", "d", "9999-12-31", "0001-01-01", "2026-02-30", "for good", "٣", "²", "½",
     "left", "center", "40%", "B2", "same as k3m9p2q7xa", "1e5", "nan", "=", "seed", "style", ",",
     " ", "\n", "\0", "\u202e", "\ud800", "\u200b", "`", "@everyone", "9" * 40, "a" * 200]
)  # fmt: skip
TYPED = st.lists(PIECES | st.text(max_size=3), max_size=6).map("".join)
NUMBERS = st.integers() | st.floats() | st.integers(-(10**40), 10**40)
QUICK = hypothesis_settings(max_examples=60, deadline=None)


def refused_or(read: Callable[[], Any]) -> Any:
    """What is read; None after a refusal, which has a sentence."""
    counted("options", texts_and_numbers_read_or_refused=1)
    try:
        return read()
    except UserError as error:
        said = error.sentence
    assert said.strip()
    assert len(said) < 1500
    return None


@given(TYPED)
@QUICK
def test_a_time_is_one_or_refused(typed: str) -> None:
    until = refused_or(lambda: parse_until(typed, NOW))
    assert until is None or NOW < until <= NOW + YEARS_MAX


@given(TYPED)
@QUICK
def test_a_place_is_one_or_refused(typed: str) -> None:
    refused_or(lambda: parse_where(typed))


@given(TYPED)
@QUICK
def test_more_options_are_pairs_or_refused(typed: str) -> None:
    pairs = refused_or(lambda: options.parse_extra(typed))
    assert pairs is None or all(name and value for name, value in pairs.items())


@given(TYPED, st.none() | NUMBERS, st.none() | NUMBERS, TYPED)
@QUICK
def test_options_fit_their_provider_or_are_refused(
    model: str, seed: Any, strength: Any, extra: str
) -> None:
    pairs = refused_or(lambda: options.parse_extra(extra)) or {}
    chosen = Options(model=model or None, seed=seed, strength=strength, extra=pairs)
    refused_or(lambda: options.check(chosen, SPEC, SPEC.ops[Op.INPAINT]) or "")
    assert isinstance(options.suggestions(SPEC.ops[Op.INPAINT], extra), list)


@given(st.integers())
@QUICK
def test_an_amount_is_within_sense_or_refused(amount: int) -> None:
    if refused_or(lambda: amounts.check(amount) or True):
        assert 1 <= amount <= amounts.AMOUNT_MAX


@given(TYPED, TYPED)
@QUICK
def test_any_list_of_words_can_be_looked_for(listed: str, prompt: str) -> None:
    words = parse_words(listed)
    found = found_word(words, [prompt])
    assert found is None or found in words


@pytest.mark.parametrize("read", [read_cursor, read_gift, read_about])
def test_what_a_button_carries_is_read_or_refused(read: Callable[[str], Any]) -> None:
    @given(TYPED.map(lambda typed: typed[:90]))
    @QUICK
    def check(carried: str) -> None:
        refused_or(lambda: read(carried))

    check()


@given(
    st.dictionaries(
        st.sampled_from(["way", "where", "provider", "prompt", "x"]),
        TYPED | st.sampled_from(["file", "where", "inverse", "paint", "any"]),
    ),
    st.booleans(),
)
@QUICK
def test_a_form_that_was_filled_in_is_read_or_refused(
    values: dict[str, str], has_file: bool
) -> None:
    refused_or(lambda: read_asked(values, has_file=has_file))


@given(TYPED)
@QUICK
def test_what_was_typed_stays_between_its_backticks(typed: str) -> None:
    told = cited(typed, 20)
    assert len(told) <= 20
    assert "`" not in told
    assert "\n" not in told
    assert any(map(str.isprintable, told.replace(" ", "")))


@pytest.mark.parametrize("typed", ["``", " ` ", "", "\u200b", "` \u202e"])
def test_what_cannot_be_seen_leaves_no_empty_backticks(typed: str) -> None:
    assert cited(typed, 20) == UNREADABLE
