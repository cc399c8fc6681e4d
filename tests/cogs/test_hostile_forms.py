"""Whatever Discord lets anybody send with a form has its effect or gets a sentence; it is paid
once, or not at all, and pings nobody.

`make curious` sends more of it.
"""

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.domain import Task, TaskState
from tests.cogs.forms import EXAMPLES, RULES, SENT, Stage, cut, fields_of, staged
from tests.cogs.staff import said
from tests.cogs.test_hostile_words import assert_dead, assert_sound
from tests.cogs.world import SIMCORD, World, text_of
from tests.figures import counted
from tests.rights import ROOT

pytestmark = SIMCORD
S = TaskState
MAKES_FORMS = {"bot/delivery/forms.py", "bot/delivery/picked_form.py"}


@pytest.fixture
async def stage(world: World) -> Stage:
    return await staged(world)


@given(sent=st.fixed_dictionaries(dict(SENT)))
@hypothesis_settings(
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    # One world takes them all, so that a smaller example would find another one.
    phases=[Phase.explicit, Phase.generate],
)
async def test_a_form_has_its_effect_or_gets_a_sentence(
    stage: Stage, sent: Mapping[str, dict[str, Any]]
) -> None:
    await stage.tidy()
    for kind, values in sent.items():
        if kind in RULES:
            await change_rules(stage, kind, values)
        else:
            await edit(stage, kind, values)
    for card in stage.world.cards():
        assert_sound(text_of(card))
        assert_dead(text_of(card))
    assert_pings_nobody(stage.world)


async def edit(stage: Stage, kind: str, values: dict[str, Any]) -> None:
    """One edit is made and paid, or a draft changed or made, or it is refused and free."""
    form = await stage.opened(kind)
    before, paid = await stage.at_rest(), await stage.spent()
    answer = await stage.world.alice.submit_modal(form, given := cut(form, values))
    told = said(answer)
    assert_sound(told)
    assert_dead(told)
    made = (await stage.at_rest())[len(before) :]
    counted("forms", sent=1, edits_and_drafts_made=len(made))
    assert await stage.spent() - paid == sum(price(each) for each in made)
    if "Nothing was charged." in told:
        assert [each for each in made if each.state is not S.DRAFT] == []
    elif kind == "prompt":
        assert made == []
        assert same_words((await stage.world.tasks())[-1].prompt, given["prompt"])
    else:
        assert len(made) == 1, (kind, told)
        (new,) = made
        assert new.state in {S.DONE, S.DRAFT}
        assert same_words(new.prompt, given["prompt"])


async def change_rules(stage: Stage, kind: str, values: dict[str, Any]) -> None:
    """All of it is kept, or nothing."""
    form, before = await stage.opened(kind), await stage.rules()
    told = said(await stage.world.alice.submit_modal(form, cut(form, values)))
    counted("forms", sent=1)
    assert_sound(told)
    assert_dead(told)
    if "Nothing was changed" in told:
        assert await stage.rules() == before


def price(task: Task) -> int:
    return 7 * task.count if task.state is S.DONE and task.provider == "scripted" else 0


def same_words(kept: str, typed: str) -> bool:
    return kept.split() == typed.split()


def assert_pings_nobody(world: World) -> None:
    """Whatever a message's text says, Discord is told whom it may ping: the card's own member."""
    for message in messages_of(world):
        allowed = message["allowed_mentions"]
        assert not allowed.get("parse"), message
        assert set(allowed.get("users", ())) <= {world.alice.id}


def messages_of(world: World) -> Iterator[Mapping[str, Any]]:
    """The messages among what the bot has sent to Discord."""
    for request in world.env.http_requests:
        body = request.json if isinstance(request.json, dict) else {}
        body = body.get("data") or body
        if request.method in {"POST", "PATCH"} and "components" in body and "title" not in body:
            yield body


async def test_every_form_that_there_is_is_sent(stage: Stage) -> None:
    assert set(stage.world.bot.forms) == set(SENT)
    for kind in SENT:
        form = await stage.opened(kind)
        assert form.modal
        assert form.modal["custom_id"].split(":")[1] == kind
        names = {each["custom_id"] for each in fields_of(form.modal)}
        assert names == fields_sent(kind), kind


def fields_sent(kind: str) -> set[str]:
    """The fields that examples fill in, by many of them."""
    found: set[str] = set()

    @given(SENT[kind])
    @hypothesis_settings(max_examples=30, database=None)
    def collect(values: dict[str, Any]) -> None:
        found.update(values)

    collect()
    return found


def test_forms_are_made_where_they_are_known_by_their_kind() -> None:
    """Elsewhere one would be nobody's: not answered after a restart, and not tried here."""
    sources = [*ROOT.glob("cogs/**/*.py"), *ROOT.glob("bot/**/*.py")]
    made = {str(path.relative_to(ROOT)) for path in sources if _makes_form(path.read_text())}
    assert made == MAKES_FORMS


def _makes_form(source: str) -> bool:
    """Whether a modal is made, or a class of modals."""
    nodes = list(ast.walk(ast.parse(source)))
    calls = [each.func for each in nodes if isinstance(each, ast.Call)]
    bases = [base for each in nodes if isinstance(each, ast.ClassDef) for base in each.bases]
    return any(ast.unparse(each).rpartition(".")[2] == "Modal" for each in (*calls, *bases))
