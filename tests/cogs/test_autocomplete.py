"""What `/inpaint` offers while a member types."""

from dataclasses import replace

from simcord.actors import MemberActor

from bot.domain import Op, TaskState
from bot.providers.base import Model, Param
from bot.services.routing import Routing
from cogs.ui.choices import CHOICES_MAX, NAME_MAX, parent_choices, text_choices
from tests.cogs.world import SIMCORD, World
from tests.delivery.views import NOW, after, task
from tests.fakes import FakeClock

pytestmark = SIMCORD

S = TaskState


async def offered(
    world: World, option: str, text: str = "", who: MemberActor | None = None, **filled: object
) -> dict[str, str]:
    choices = await (who or world.alice).autocomplete(
        world.channel, "inpaint", option, text, **filled
    )
    return {choice["value"]: choice["name"] for choice in choices}


async def test_parents_come_newest_first_with_prompt_and_age(world: World) -> None:
    await world.inpaint(prompt="a red boat")
    first = await world.in_state(S.DONE)
    await FakeClock.advance(world.clock, 3 * 3600)
    await world.inpaint(prompt="a blue boat")
    second = await world.in_state(S.DONE)
    choices = await offered(world, "parent")
    assert list(choices) == [second.id, first.id]
    assert choices[second.id] == "a blue boat · just now"
    assert choices[first.id] == "a red boat · 3 h ago"
    assert list(await offered(world, "parent", "red")) == [first.id]
    assert list(await offered(world, "parent", second.id[:6])) == [second.id]


async def test_parents_of_hidden_channels_are_not_offered(world: World) -> None:
    hidden = world.hidden_from(world.bob)
    await world.env.settle()
    await world.inpaint(channel=hidden)
    secret = await world.in_state(S.DONE)
    assert secret.id in await offered(world, "parent")
    assert await offered(world, "parent", who=world.bob) == {}


async def test_providers_are_offered_with_what_is_worth_knowing(world: World) -> None:
    choices = await offered(world, "provider")
    assert choices["scripted"] == "Scripted"
    assert choices["plain"] == "Plain · free · does not read the prompt"
    assert list(await offered(world, "provider", "SCR")) == ["scripted"]


async def test_extra_keeps_what_is_typed_and_completes_the_last_pair(world: World) -> None:
    assert {"style=plain", "style=bold", "enhance=yes"} <= set(await offered(world, "extra"))
    assert list(await offered(world, "extra", "style=bold enh")) == [
        "style=bold enhance=yes",
        "style=bold enhance=no",
    ]
    assert await offered(world, "extra", "", provider="plain") == {}


async def test_no_models_are_offered_where_there_are_none(world: World) -> None:
    assert await offered(world, "model") == {}


async def test_what_breaks_offers_nothing(world: World) -> None:
    def broken(self: Routing, op: object) -> None:
        raise KeyError("secret")

    kept, Routing.offers = Routing.offers, broken  # pyright: ignore[reportAttributeAccessIssue]
    try:
        assert await offered(world, "provider") == {}
    finally:
        Routing.offers = kept


def test_choices_fit_discord() -> None:
    tasks = [task(S.DONE, id=f"t{n}", prompt="x" * 400, finished_at=NOW) for n in range(40)]
    choices = parent_choices(tasks, after(90_000))
    assert len(choices) == CHOICES_MAX
    assert all(len(choice.name) <= NAME_MAX for choice in choices)
    assert all(choice.name.endswith(" · 1 d ago") for choice in choices)
    assert len({choice.name for choice in choices}) == CHOICES_MAX
    assert text_choices(["x" * 101, "", "good"])[0].value == "good"


def test_an_edit_without_a_prompt_has_a_name_too() -> None:
    (choice,) = parent_choices([task(S.DONE, prompt=" ", finished_at=NOW)], NOW)
    assert choice.name == "inpaint without a prompt · just now"


async def test_models_are_offered_by_title_where_their_provider_takes_one(world: World) -> None:
    async def models() -> tuple[Model, ...]:
        return (Model("flux.1-dev", "Flux Dev"), Model("x" * 101, "too long to be chosen"))

    spec, old = world.provider.spec, world.provider.spec.ops[Op.INPAINT]
    takes = replace(old, params=(*old.params, Param("model", str)))
    world.provider.spec = replace(spec, ops={**spec.ops, Op.INPAINT: takes})
    world.provider.models = models
    assert await offered(world, "model") == {"flux.1-dev": "Flux Dev"}
    assert await offered(world, "model", "dev", provider="scripted") == {"flux.1-dev": "Flux Dev"}
    assert await offered(world, "model", provider="plain") == {}
    assert await offered(world, "model", "something else") == {}


async def test_places_are_offered_by_example_and_completed(world: World) -> None:
    offers = await offered(world, "where")
    assert offers["center 40%"] == "center 40% — a box in the middle, 40% of each side"
    assert {"left 25%, up 10%", "B2, C2-D3", "same", "inverse"} <= set(offers)
    assert list(await offered(world, "where", "bottom")) == [
        "bottom",
        "bottom right 30%",
        "bottom third",
    ]
    assert next(iter(await offered(world, "where", "center 33%"))) == "center 33%"
    assert await offered(world, "where", "the cat") == offers
