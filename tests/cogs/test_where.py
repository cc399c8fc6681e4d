"""`where` of `/inpaint`, from what a member types to the task."""

import pytest

from bot.domain import MaskSource, Op, TaskState
from tests import assets
from tests.cogs.world import SIMCORD, World, text_of
from tests.services.scripted import hang

pytestmark = SIMCORD

S = TaskState


async def test_a_place_in_words_is_the_mask(world: World) -> None:
    world.provider.polls = [hang]
    said = await world.inpaint(mask=None, where="left half", grow=0)
    task = await world.in_state(S.RUNNING)
    assert (task.op, task.mask_source) == (Op.INPAINT, MaskSource.BOX)
    assert task.mask_operations["where"] == "left half"
    assert task.mask_facts["coverage"] == 0.5
    assert "50 % of the picture, from the part you named" in text_of(said.response)


async def test_sides_extend_the_picture(world: World) -> None:
    await world.inpaint(mask=None, where="left 25%, up 50%")
    task = await world.in_state(S.DONE)
    assert (task.op, task.mask_source) == (Op.OUTPAINT, MaskSource.SIDES)
    assert (task.picture_facts["width_px"], task.picture_facts["height_px"]) == (120, 96)


async def test_the_rest_of_an_earlier_edit_is_edited(world: World) -> None:
    await world.inpaint(grow=0)
    first = await world.in_state(S.DONE)
    await world.inpaint(image=None, mask=None, parent=first.id, where="inverse", grow=0)
    second = await world.in_state(S.DONE)
    assert second.parent_task_id == first.id
    assert second.mask_source is MaskSource.PARENT
    assert second.mask_facts["coverage"] == pytest.approx(1 - first.mask_facts["coverage"])


async def test_the_mask_of_another_edit_is_taken_by_its_id(world: World) -> None:
    await world.inpaint(grow=0)
    first = await world.in_state(S.DONE)
    await world.inpaint(mask=None, where=f"same as {first.id}", grow=0)
    second = await world.in_state(S.DONE)
    assert second.parent_task_id is None
    assert second.mask_facts["box"] == first.mask_facts["box"]


async def test_the_mask_of_a_hidden_channels_edit_is_nobodys(world: World) -> None:
    hidden = world.hidden_from(world.bob)
    await world.env.settle()
    await world.inpaint(channel=hidden)
    secret = await world.in_state(S.DONE)
    said = await world.inpaint(who=world.bob, mask=None, where=f"same as {secret.id}")
    assert "I do not know that task here" in text_of(said.response)


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("the cat", "do not understand the place “the cat”"),
        ("60% 20% 50% 60%", "outside the picture"),
        ("left 200%", "at most 100%"),
        ("same", "no earlier mask"),
        ("everything", "covers the whole picture"),
    ],
)
async def test_a_place_that_cannot_be_used_is_said_and_costs_nothing(
    world: World, where: str, words: str
) -> None:
    said = await world.inpaint(mask=None, where=where)
    assert words in text_of(said.response)
    assert "Nothing was charged" in text_of(said.response)
    assert await world.tasks() == []


async def test_a_mask_and_a_place_are_one_too_many(world: World) -> None:
    said = await world.inpaint(where="top left")
    assert "either `mask` or `where`" in text_of(said.response)
    assert await world.tasks() == []


async def test_a_painted_copy_given_as_mask_is_understood(world: World) -> None:
    copy = assets.photo(96, 64)
    copy.paste((255, 0, 200), (30, 16, 60, 40))
    world.provider.polls = [hang]
    said = await world.inpaint(mask=("painted.png", assets.encoded(copy, "PNG")))
    task = await world.in_state(S.RUNNING)
    assert task.mask_source is MaskSource.PAINTED
    assert "from what you painted over" in text_of(said.response)
