"""Tokens and stamps: only what was made here, for this, and not yet over, is taken."""

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import BadFolder
from bot.web.tokens import KEY_FILE, TOKEN_CHARS, Tokens, new_key, open_keys, subject_of
from tests.fakes import FakeClock

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
KEY, OTHER = b"k" * 32, b"o" * 32
SUBJECT = subject_of("t1", "picture.png")
LIFE_S = 60.0
subjects = st.binary(min_size=16, max_size=16)


def tokens(*keys: bytes, clock: FakeClock | None = None) -> Tokens:
    return Tokens(keys or (KEY,), clock or FakeClock())


@given(subjects, st.text(max_size=20), st.floats(1, 10**6))
def test_what_was_made_is_read(subject: bytes, purpose: str, life_s: float) -> None:
    made = tokens().make(purpose, subject, life_s)
    assert len(made) == TOKEN_CHARS
    assert set(made) <= set(ALPHABET)
    assert tokens().read(purpose, made) == subject


def test_every_change_of_one_character_is_refused() -> None:
    desk, made = tokens(), tokens().make("edit", SUBJECT, LIFE_S)
    others = ALPHABET + "=+/ \n\0é"
    changed = [
        f"{made[:n]}{other}{made[n + 1 :]}"
        for n in range(len(made))
        for other in others
        if other != made[n]
    ]
    assert len(changed) == TOKEN_CHARS * (len(others) - 1)
    assert [each for each in changed if desk.read("edit", each)] == []


@given(subjects, st.integers(0, TOKEN_CHARS), st.text(max_size=4))
def test_every_other_length_is_refused(subject: bytes, cut: int, more: str) -> None:
    desk, made = tokens(), tokens().make("edit", subject, LIFE_S)
    for other in (made[:cut], made[cut:], made[:cut] + more, made + more, more + made):
        assert other == made or desk.read("edit", other) is None


@given(st.text(max_size=TOKEN_CHARS + 2))
def test_noise_is_refused(noise: str) -> None:
    assert tokens().read("edit", noise) is None
    assert not tokens().is_stamp(noise, "hook", "a")


@given(st.text(max_size=8), st.text(max_size=8))
def test_a_token_is_good_for_its_purpose_only(one: str, other: str) -> None:
    made = tokens().make(one, SUBJECT, LIFE_S)
    assert (tokens().read(other, made) is None) == (one != other)


def test_a_token_of_another_key_is_refused() -> None:
    assert tokens(OTHER).read("edit", tokens().make("edit", SUBJECT, LIFE_S)) is None


def test_a_stamp_is_no_token() -> None:
    made = tokens().make("edit", SUBJECT, LIFE_S)
    assert tokens().read("edit", tokens().stamp("edit", "t1", "picture.png")) is None
    assert not tokens().is_stamp(made[-22:], "edit", "t1", "picture.png")


async def test_a_token_is_over_at_its_time() -> None:
    clock = FakeClock()
    desk = tokens(clock=clock)
    made = desk.make("edit", SUBJECT, LIFE_S)
    await clock.advance(LIFE_S - 1)
    assert desk.read("edit", made) == SUBJECT
    await clock.advance(2)
    assert desk.read("edit", made) is None


def test_an_older_key_opens_what_it_has_signed_until_it_is_removed() -> None:
    made = tokens().make("edit", SUBJECT, LIFE_S)
    assert tokens(OTHER, KEY).read("edit", made) == SUBJECT
    assert tokens(OTHER, KEY).is_stamp(tokens().stamp("hook", "a"), "hook", "a")
    assert tokens(OTHER, KEY).make("edit", SUBJECT, LIFE_S) != made


@given(st.lists(st.text(max_size=4), max_size=3), st.lists(st.text(max_size=4), max_size=3))
def test_words_are_not_run_together(some: list[str], others: list[str]) -> None:
    assert (subject_of(*some) == subject_of(*others)) == (some == others)
    assert tokens().is_stamp(tokens().stamp("hook", *some), "hook", *others) == (some == others)


def test_a_subject_of_another_length_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        tokens().make("edit", b"short", LIFE_S)


def test_the_key_is_made_once_and_for_us_alone(tmp_path: Path) -> None:
    keys = open_keys(tmp_path)
    assert open_keys(tmp_path) == keys
    assert [len(key) for key in keys] == [32]
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [KEY_FILE]


def test_keys_are_read_newest_first(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_text(f"{OTHER.hex()}\n{KEY.hex()}\n")
    assert open_keys(tmp_path) == (OTHER, KEY)
    assert new_key() != new_key()


@pytest.mark.parametrize("text", ["", "\n", "not hex\n", "abcd\n", "é"])
def test_a_broken_key_file_says_what_to_do(tmp_path: Path, text: str) -> None:
    (tmp_path / KEY_FILE).write_text(text, "utf-8")
    with pytest.raises(BadFolder, match="Remove it"):
        open_keys(tmp_path)
