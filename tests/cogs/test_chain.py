"""From words to an edited region with APIFRAME's stand-in over real HTTP, restarts in between."""

from collections.abc import AsyncGenerator

import pytest

from bot.domain import Op, Task, TaskState
from bot.providers.base import Provider
from bot.sandbox.standins.common import Desk
from bot.services import reading
from tests import assets
from tests.cogs.world import MASK, SIMCORD, World, labels_of, text_of
from tests.providers.apiframe_case import at_hand
from tests.services.scripted import Scripted

pytestmark = SIMCORD

S = TaskState


@pytest.fixture
async def remote() -> AsyncGenerator[tuple[Desk, Provider]]:
    async with at_hand(pace_s=0.05, detail_px=0) as made:
        yield made


@pytest.fixture
def desk(remote: tuple[Desk, Provider]) -> Desk:
    return remote[0]


@pytest.fixture
def providers(remote: tuple[Desk, Provider]) -> list[Provider]:
    """Another paid one beside it, which is dearer for a picture."""
    return [remote[1], Scripted()]


async def results(world: World, task: Task) -> list[tuple[str | None, int | None]]:
    async with world.app.db.read() as session:
        rows = await reading.results(session, [task.id])
    return [(result.remote_id, result.remote_index) for result, _ in rows]


async def upscaled(world: World) -> Task:
    await world.alice.slash(world.channel, "imagine", prompt="a fox", extra="aspect_ratio=3:2")
    await world.in_state(S.DONE)
    await world.alice.click(world.cards()[0], label="U3")
    return await world.in_state(S.DONE)


def region(side: tuple[int, int]) -> tuple[str, bytes]:
    return ("mask.png", assets.encoded(assets.mask(*side), "PNG"))


async def test_words_are_enlarged_and_a_part_of_that_is_edited(world: World, desk: Desk) -> None:
    await world.alice.slash(world.channel, "imagine", prompt="a fox", extra="aspect_ratio=3:2")
    first = await world.in_state(S.DONE)
    assert (first.provider, first.count, first.settled) == ("apiframe", 4, 4)
    assert await results(world, first) == [(first.remote_id, n) for n in (1, 2, 3, 4)]
    assert labels_of(world.cards()[0])[:4] == ["U1", "U2", "U3", "U4"]
    await world.restart()
    await world.alice.click(world.cards()[0], label="U3")
    large = await world.in_state(S.DONE)
    assert (large.parent_task_id, large.parent_result_n, large.settled) == (first.id, 3, 2)
    assert "with this as **parent** and a **mask**" in text_of(world.cards()[1])
    assert labels_of(world.cards()[1]) == ["Again", "Delete", "Report"]
    await world.restart()
    await world.alice.slash(
        world.channel, "inpaint",
        parent=large.id, mask=region((512, 341)), prompt="a bird", provider="apiframe",
    )  # fmt: skip
    edited = await world.in_state(S.DONE)
    assert (edited.op, edited.provider, edited.count) == (Op.INPAINT, "apiframe", 4)
    assert (edited.parent_task_id, edited.parent_result_n) == (large.id, 1)
    assert labels_of(world.cards()[2])[:4] == ["U1", "U2", "U3", "U4"]
    sent = [each.body for each in desk.sent("submit")]
    assert sent[0] == {"prompt": "a fox", "aspect_ratio": "3:2"}
    assert sent[1] == {"parent_task_id": first.remote_id, "index": "3"}
    assert sent[2]["parent_task_id"] == large.remote_id
    assert sent[2]["prompt"] == "a bird"
    await world.alice.click(world.cards()[2], label="U1")
    again = await world.in_state(S.DONE)
    assert (again.parent_task_id, again.parent_result_n) == (edited.id, 1)


async def test_a_region_edit_is_repeated_on_the_same_enlarged_picture(
    world: World, desk: Desk
) -> None:
    large = await upscaled(world)
    await world.alice.slash(
        world.channel, "inpaint", parent=large.id, mask=region((512, 341)), provider="apiframe"
    )
    first = await world.in_state(S.DONE)
    await world.alice.click(world.cards()[2], label="Again")
    second = await world.in_state(S.DONE)
    assert second.id != first.id
    parents = [each.body["parent_task_id"] for each in desk.sent("submit")[2:]]
    assert parents == [large.remote_id, large.remote_id]


async def test_a_plain_upload_is_refused_before_the_hold(world: World, desk: Desk) -> None:
    said = await world.inpaint(provider="apiframe")
    text = text_of(said.response)
    assert "Make some with /imagine, press U1 to U4" in text
    assert "another provider" in text
    assert await world.tasks() == []
    assert not desk.seen


async def test_what_was_not_enlarged_yet_is_refused_likewise(world: World) -> None:
    await world.alice.slash(world.channel, "imagine", prompt="a fox")
    grid = await world.in_state(S.DONE)
    said = await world.alice.slash(
        world.channel, "inpaint", parent=grid.id, result=2, mask=MASK, provider="apiframe"
    )
    assert "press U1 to U4" in text_of(said.response)
    assert len(await world.tasks()) == 1


async def test_without_a_provider_an_upload_goes_to_one_that_takes_it(world: World) -> None:
    await world.inpaint()
    assert (await world.in_state(S.DONE)).provider == "scripted"


async def test_only_what_can_go_on_from_the_picture_is_offered(world: World) -> None:
    large = await upscaled(world)

    async def offered(**filled: object) -> set[str]:
        choices = await world.alice.autocomplete(world.channel, "inpaint", "provider", "", **filled)
        return {choice["value"] for choice in choices}

    assert await offered() == {"scripted"}
    assert await offered(parent=large.id) == {"apiframe", "scripted"}
    assert await offered(parent=large.parent_task_id) == {"scripted"}
    assert await offered(parent="nobody's") == {"scripted"}


async def test_parents_say_which_step_they_are(world: World) -> None:
    await upscaled(world)
    offered = await world.alice.autocomplete(world.channel, "inpaint", "parent", "")
    assert [choice["name"] for choice in offered] == [
        "a fox · Enlarged · just now",
        "a fox · Imagined · just now",
    ]


async def test_a_mask_of_another_shape_is_refused_before_the_hold(world: World) -> None:
    large = await upscaled(world)
    said = await world.alice.slash(
        world.channel, "inpaint", parent=large.id, mask=region((100, 100)), provider="apiframe"
    )
    assert "512" in text_of(said.response)
    assert len(await world.tasks()) == 2
