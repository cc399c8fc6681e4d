import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simcord.preview._markdown import markdown_tokens

from bot.delivery import words
from bot.domain import MaskSource, Op
from tests.delivery.views import NOW, after


@pytest.mark.parametrize(
    ("amount", "said"), [(0, "free"), (1, "1 credit"), (7, "7 credits"), (1200, "1,200 credits")]
)
def test_a_price_is_said(amount: int, said: str) -> None:
    assert words.price(amount) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 s"), (4.4, "4 s"), (60, "1 min 0 s"), (125, "2 min 5 s"), (7260, "2 h 1 min")],
)
def test_a_duration_is_said(seconds: float, said: str) -> None:
    assert words.duration(seconds) == said


@pytest.mark.parametrize(
    ("fraction", "said"),
    [
        (0, "0 %"),
        (0.05, "5 %"),
        (0.0004, "less than 0.1 %"),
        (0.034, "3.4 %"),
        (0.256, "26 %"),
        (1, "100 %"),
    ],
)
def test_a_part_of_a_picture_is_said(fraction: float, said: str) -> None:
    assert words.part(fraction) == said


@pytest.mark.parametrize(
    ("percent", "full"), [(0, 0), (9, 0), (10, 1), (55, 5), (100, 10), (140, 10), (-3, 0)]
)
def test_the_bar_is_as_full_as_told(percent: int, full: int) -> None:
    drawn = words.bar(percent)
    assert drawn.count("▰") == full
    assert drawn.count("▱") == 10 - full


ALIVE = (
    *("*bold*", "__under__", "~~no~~", "`code`", "```code```", "||secret||", "\\*"),
    *(
        "https://b.example/a_b",
        "see http://b.example, now",
        "<https://b.example>",
    ),
    *("[a](https://b.example)", "[a](https://b.example) [c](http://d.example)", "[a]: //b.example"),
    *("@everyone", "@here", "<@123456789012345678>", "<@&123456789012345678>", "<#123>", "<t:1:R>"),
    *(
        "<:boat:123>",
        "</inpaint:123>",
        "# title",
        "### title",
        "- item",
        "* item",
        "> a",
    ),
)
EVERYBODY = {
    "everyone": True,
    "users": {"123456789012345678": "Alice"},
    "roles": {"123456789012345678": "Mods"},
    "channels": {"123": "general"},
    "emojis": {"123": {"name": "boat", "animated": False}},
    "commands": {"123": "inpaint"},
}


@pytest.mark.parametrize("text", ALIVE)
@pytest.mark.parametrize("before", ["> ", "-# ", "> ||"])
def test_a_members_text_stands_as_it_is(text: str, before: str) -> None:
    after = "||" if before.endswith("||") else ""
    tokens = drawn(f"{before}{words.plain(text, 200)}{after}")
    kinds = {token["type"] for token in tokens} - {"spoiler_open", "spoiler_close"}
    assert kinds <= {"blockquote", "subtext", "inline", "paragraph", "text"}
    said = "".join(token["content"] for token in tokens if token["type"] == "text")
    assert said.replace("\u200b", "") == text


@pytest.mark.parametrize("text", ALIVE)
def test_those_texts_would_be_alive_if_they_were_not_escaped(text: str) -> None:
    tokens = drawn(text)
    said = [token["content"] for token in tokens if token["type"] == "text"]
    assert said != [text] or len(tokens) > 3


def drawn(text: str) -> list[dict[str, Any]]:
    """What the sandbox's page makes of a text, flat."""
    tokens = list(markdown_tokens(text, "text_display", context=EVERYBODY))
    for token in tokens:
        tokens += token.get("children", [])
    return tokens


def test_our_own_sentences_may_name_a_moment() -> None:
    assert words.plain("*until* <t:1:R>", 100, times=True) == "\\*until\\* <t:1:R>"
    assert words.plain("<#1> <t:x>", 100, times=True) == "\\<#1> \\<t:x>"
    assert words.plain("<t:1:R>", 100) == "\\<t:1:R>"


def test_a_text_is_put_on_one_line_and_shortened_before_it_is_escaped() -> None:
    assert words.plain("a\n\n> b\tc", 100) == "a > b c"
    assert words.shortened("x" * 20, 10) == "x" * 9 + "…"
    assert words.plain("*" * 20, 11) == "\\*" * 5 + "…"


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(3, "just now"), (61, "1 min ago"), (7300, "2 h ago"), (200_000, "2 d ago")],
)
def test_an_age_is_said(seconds: float, said: str) -> None:
    assert words.ages(NOW, after(seconds)) == said


def test_alt_texts_fit_discord() -> None:
    assert words.alt("a boat", 2) == "a boat, result 2"
    assert words.alt("", 1) == "Result 1 of an edit"
    assert len(words.alt("x" * 5000, 10)) <= words.ALT_LENGTH_MAX


def test_every_operation_and_mask_source_has_words() -> None:
    assert set(words.OPS) == set(Op)
    assert set(words.MASK_SOURCES) == set(MaskSource)


@given(
    st.text() | st.text("\u202e\u2066\ud800\0\x1b\u200b`*_<@#>|[]()-\\:/ \n"), st.integers(1, 80)
)
def test_any_text_fits_and_shows_only_what_is_seen(text: str, length_max: int) -> None:
    said = words.plain(text, length_max)
    assert len(said) <= length_max
    assert said.encode().decode() == said
    assert not re.search("[\0-\x1f\x7f\u202a-\u202e\u2066-\u2069]", said)
    assert not re.search(r"[`*_<|\[]", re.sub(r"\\.", "", said))


def test_letters_that_are_joined_stay_joined() -> None:
    for text in (
        "\U0001f469\u200d\U0001f467",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "e\u0301",
    ):
        assert words.plain(text, 40) == text
