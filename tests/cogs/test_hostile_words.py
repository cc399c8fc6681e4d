"""What may be typed anywhere, typed: a sentence comes back, and nothing of it comes alive."""

import re
from typing import Any

import pytest
from simcord.preview._markdown import markdown_tokens

from tests.cogs.world import SIMCORD, World, text_of
from tests.figures import counted

pytestmark = SIMCORD

NASTY = {
    "mentions": "@everyone @here <@1> <@&2> <#3> </inpaint:4>",
    "markdown": "# big\n> quote\n```py\n||x|| **b** [a](https://evil.example) -# s",
    "turned": "red \u202ekcul\u202c boat \u2066x\u2069",
    "unseen": "\u200b\u200d\ufeff\u2060\0\x1b[31m\x7f",
    "stacked": "z" + "\u0301" * 200,
    "half": "\ud800 x \udfff",
    "long": "\U0001f469\u200d\U0001f467" * 250,
    "code": "'; DROP TABLE tasks; -- {0} %s ${x} {{7*7}} <script>",
}
ELSEWHERE: dict[str, dict[str, Any]] = {
    "where": {"mask": None},
    "provider": {},
    "model": {},
    "negative_prompt": {},
    "extra": {},
    "parent": {"image": None, "mask": None},
}
NUMBERS: list[dict[str, Any]] = [
    {"seed": 2**53 - 1},
    {"strength": 2.0**53},
    {"strength": -1e-320},
    {"guidance": -(2.0**53)},
    {"steps": 1 - 2**53},
    {"steps": 2**53 - 1},
]
CODE = re.compile(r"`[^`\n]+`")
UNSEEN = re.compile(r"[\0-\x08\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def assert_sound(text: str) -> None:
    """Whole text that a client shows as it is."""
    assert text.strip()
    assert "Something broke" not in text
    assert not UNSEEN.search(text)


def assert_dead(text: str) -> None:
    """Nothing that a member wrote pings or leads anywhere; within backticks nothing does."""
    alive = CODE.sub("", text)
    assert "@everyone" not in alive
    assert "@here" not in alive
    links = [token for token in markdown_tokens(alive) if "evil.example" in str(token.get("href"))]
    assert links == []


@pytest.mark.parametrize("name", NASTY)
async def test_a_prompt_stands_as_it_is(world: World, name: str) -> None:
    world.bugs = (UnicodeEncodeError,)
    said = await world.inpaint(prompt=NASTY[name])
    assert_sound(text_of(said.response))
    counted("commands", prompts_shown_as_they_are=1)
    await world.clock.advance(5)
    for card in world.cards():
        assert_sound(text_of(card))
        assert_dead(text_of(card))


@pytest.mark.parametrize("option", ELSEWHERE)
async def test_any_words_anywhere_get_a_sentence(world: World, option: str) -> None:
    world.bugs = (UnicodeEncodeError,)
    for words in NASTY.values():
        said = await world.inpaint(**{**ELSEWHERE[option], option: words[:200]})
        assert said.ephemeral
        assert_sound(text_of(said.response))
        assert_dead(text_of(said.response))
        counted("commands", texts_in_options_answered=1)
        if option != "extra" and option != "negative_prompt":
            offered = await world.alice.autocomplete(world.channel, "inpaint", option, words[:90])
            assert all(0 < len(each["name"]) <= 100 for each in map(dict, offered))


async def test_any_number_gets_a_sentence(world: World) -> None:
    for given in NUMBERS:
        assert_sound(text_of((await world.inpaint(**given)).response))
        counted("commands", numbers_answered=1)
