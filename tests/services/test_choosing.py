"""Who takes a request that names nobody, and who is offered in place of one that is paused."""

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.domain import EditRequest, Op, Options, Origin
from bot.errors import NothingCanDoThis
from bot.providers.base import Price, PromptUse, ProviderSpec
from bot.services.routing import Routing
from tests.services.scripted import SPEC, Scripted


def spec(slug: str, units: int, *, deaf: bool = False, plain: bool = False) -> ProviderSpec:
    """A provider at a price; a deaf one reads no prompts, a plain one takes no options."""
    changes = {"prompt": PromptUse.UNUSED} if deaf else {}
    op = replace(SPEC.ops[Op.INPAINT], price=Price(Decimal(units)), **changes)
    op = replace(op, params=()) if plain else op
    about = f"{slug.title()} does not read the prompt." if deaf else ""
    return replace(SPEC, slug=slug, title=slug.title(), ops={Op.INPAINT: op}, about=about)


ALL = (
    spec("dear", 9),
    spec("cheap", 2, plain=True),
    spec("middle", 5),
    spec("deaf", 0, deaf=True, plain=True),
)
VASE, NO_PROMPT = "a red vase", ""
BOLD = Options(extra={"style": "bold"})

# defaults of member, guild, operator | prompt | options | paused -> who; asked first: who else
Row = tuple[tuple[str, ...], str, Options, str, str, tuple[str, ...] | None]
ROWS: dict[str, Row] = {
    "the member's default": (("dear", "middle"), VASE, Options(), "", "dear", None),
    "a default beats a cheaper one": (("middle",), VASE, Options(), "", "middle", None),
    "the guild's, where the member's cannot": (
        ("cheap", "dear", "middle"), VASE, BOLD, "", "dear", None,
    ),
    "the operator's, where the others cannot": (
        ("cheap", "deaf", "dear"), VASE, BOLD, "", "dear", None,
    ),
    "the cheapest that reads the prompt": ((), VASE, Options(), "", "cheap", None),
    "the cheapest that can do all that was asked": ((), VASE, BOLD, "", "middle", None),
    "the cheapest of all without a prompt": ((), NO_PROMPT, Options(), "", "deaf", None),
    "the next one while the cheapest is paused": ((), VASE, Options(), "cheap", "middle", None),
    "a default that reads no prompt is somebody's choice": (
        ("deaf",), VASE, Options(), "", "deaf", None,
    ),
    "only one that reads no prompt remains": (
        (), VASE, Options(), "dear cheap middle", "deaf", (),
    ),
    "a paused default gives way to a cheaper one": (
        ("dear",), VASE, Options(), "dear", "cheap", None,
    ),
    "a paused default gives way to the next default, if that is no dearer": (
        ("dear", "middle"), VASE, Options(), "dear", "middle", None,
    ),
    "a paused default never gives way to a dearer one unasked": (
        ("cheap",), VASE, Options(), "cheap", "cheap", ("middle", "dear", "deaf"),
    ),
    "not even to a dearer default": (
        ("cheap", "dear"), VASE, Options(), "cheap", "cheap", ("dear", "middle", "deaf"),
    ),
    "nor to one that reads no prompt": (
        ("middle",), VASE, Options(), "dear cheap middle", "middle", ("deaf",),
    ),
    "without a prompt that makes no difference": (
        ("middle",), NO_PROMPT, Options(), "dear cheap middle", "deaf", None,
    ),
}  # fmt: skip


def wish(prompt: str, options: Options, provider: str | None = None) -> EditRequest:
    return EditRequest(
        "k", Origin.SLASH, 1, 2, 3, prompt=prompt, options=options, provider=provider
    )


def stopped(slugs: str) -> dict[str, str]:
    return {slug: f"{slug.title()} is paused." for slug in slugs.split()}


@pytest.mark.parametrize("name", ROWS)
def test_who_takes_it(name: str) -> None:
    defaults, prompt, options, paused, who, offered = ROWS[name]
    routing = Routing({each.slug: Scripted(each) for each in ALL}, *defaults)
    choice = routing.decide(wish(prompt, options), stopped=stopped(paused))
    assert choice.spec.slug == who
    assert (choice.reason is None) == (offered is None)
    assert tuple(each.spec.slug for each in choice.offers) == (offered or ())


def test_a_draft_for_want_of_readers_says_so() -> None:
    routing = Routing({each.slug: Scripted(each) for each in ALL})
    choice = routing.decide(wish(VASE, Options()), stopped=stopped("dear cheap middle"))
    assert choice.reason == (
        "Cheap, Middle and Dear are paused. Deaf does not read the prompt. Is that what you want?"
    )
    alone = Routing({"deaf": Scripted(ALL[-1])}).decide(wish(VASE, Options()))
    assert (alone.reason or "").startswith("No provider here that reads prompts can do this.")


def test_who_was_named_and_is_paused_is_not_replaced() -> None:
    routing = Routing({each.slug: Scripted(each) for each in ALL}, "cheap")
    choice = routing.decide(wish(VASE, Options(), "dear"), stopped=stopped("dear"))
    assert choice.spec.slug == "dear"
    assert [(each.spec.slug, each.credits) for each in choice.offers] == [
        ("cheap", 2),
        ("middle", 5),
        ("deaf", 0),
    ]
    named = routing.decide(wish(VASE, Options(), "dear"), stopped=stopped("cheap"))
    assert (named.spec.slug, named.reason, named.offers) == ("dear", None, ())


@pytest.mark.parametrize("provider", ["dear", None])
def test_where_nobody_can_it_is_refused(provider: str | None) -> None:
    routing = Routing({each.slug: Scripted(each) for each in ALL})
    with pytest.raises(NothingCanDoThis, match=r"is paused\. No other provider here can"):
        routing.decide(wish(VASE, BOLD, provider), stopped=stopped("dear middle cheap deaf"))


def test_a_swap_is_told_on_the_card() -> None:
    routing = Routing({each.slug: Scripted(each) for each in ALL}, "dear")
    choice = routing.decide(wish(VASE, Options()), stopped=stopped("dear"))
    assert choice.note == "Dear is paused, so Cheap took this."


def test_the_price_is_what_it_costs_here() -> None:
    routing = Routing({each.slug: Scripted(each) for each in ALL}, "cheap")
    here = {"cheap": 50, "middle": 40, "dear": 60, "deaf": 0}
    choice = routing.decide(
        wish(VASE, Options()), stopped=stopped("cheap"), price=lambda each: here[each.slug]
    )
    assert (choice.spec.slug, choice.reason) == ("middle", None)
