"""What goes on from a finished edit: its forms, the exact file, the comparison and the numbers."""

import os
from io import BytesIO
from typing import Any

import pytest
from PIL import Image
from simcord.actors import MemberActor
from simcord.results import InteractionResult

from bot.domain import MaskSource, Op, Task, TaskState
from bot.services.listing import Viewer
from tests.cogs.staff import said
from tests.cogs.world import SIMCORD, World, labels_of

pytestmark = SIMCORD

S = TaskState


async def finished(world: World, **options: Any) -> Task:
    await world.inpaint(**options)
    return await world.in_state(S.DONE)


async def chosen(world: World, action: str, who: MemberActor | None = None) -> InteractionResult:
    card = world.cards()[0]
    task_id = (await world.tasks())[0].id
    return await (who or world.alice).select(card, [action], custom_id=f"pick/more:{task_id}")


async def test_a_card_has_one_row_of_buttons_and_one_menu(world: World) -> None:
    await finished(world)
    assert labels_of(world.card()) == ["Again", "Edit again", "Delete", "Report"]
    rows = [
        part for part in world.card().components[0].to_dict()["components"] if part["type"] == 1
    ]
    assert len(rows) == 2
    (menu,) = rows[1]["components"]
    values = [option["value"] for option in menu["options"]]
    assert values == ["same", "paint", "expand", "compare", "original", "info"]


async def test_edit_again_takes_other_words_for_the_same_place(world: World) -> None:
    first = await finished(world)
    await world.restart()
    form = await world.bob.click(world.card(), label="Edit again")
    assert "a red boat" in str(form.modal)
    await world.restart()
    await world.bob.submit_modal(form, {"prompt": "a blue boat"})
    second = await world.in_state(S.DONE)
    assert (second.prompt, second.user_id) == ("a blue boat", world.bob.id)
    assert (second.mask_blob, second.picture_blob) == (first.mask_blob, first.picture_blob)
    assert second.options["seed"] != first.options["seed"]


async def test_the_same_place_is_changed_on_the_result(world: World) -> None:
    first = await finished(world)
    form = await chosen(world, "same")
    await world.alice.submit_modal(form, {"prompt": "a paper boat"})
    second = await world.in_state(S.DONE)
    assert (second.parent_task_id, second.parent_result_n) == (first.id, 1)
    assert (second.op, second.mask_source) == (Op.INPAINT, MaskSource.PARENT)
    assert second.mask_facts["box"] == first.mask_facts["box"]


async def test_another_place_is_marked_on_a_result(world: World) -> None:
    first = await finished(world)
    form = await chosen(world, "paint")
    await world.restart()
    draft = await world.alice.submit_modal(form, {"prompt": "a gull"})
    assert draft.ephemeral
    assert "press **Cells**" in said(draft)
    assert "Go" not in labels_of(draft.response)
    grid = await world.alice.click(draft.response, label="Cells")
    waiting = (await world.tasks())[-1]
    assert (waiting.state, waiting.mask_blob, waiting.held) == (S.DRAFT, None, 0)
    await world.alice.select(grid.response, ["A1"], custom_id=f"pick/cells:{waiting.id}")
    await world.alice.click(draft.response, label="Go")
    second = await world.in_state(S.DONE)
    assert (second.parent_task_id, second.parent_result_n) == (first.id, 1)
    assert (second.prompt, second.mask_source) == ("a gull", MaskSource.CELLS)
    assert second.mask_facts["box"] != first.mask_facts["box"]


async def test_room_is_added_at_the_sides_of_a_result(world: World) -> None:
    first = await finished(world)
    form = await chosen(world, "expand")
    await world.alice.submit_modal(form, {"where": "left 25%", "prompt": "the sea"})
    second = await world.in_state(S.DONE)
    assert (second.op, second.parent_task_id) == (Op.OUTPAINT, first.id)
    assert second.picture_facts["width_px"] == 120


@pytest.mark.parametrize("where", ["center 40%", "left 300%", ""])
async def test_sides_that_cannot_be_used_are_said_and_cost_nothing(
    world: World, where: str
) -> None:
    await finished(world)
    form = await chosen(world, "expand")
    answer = await world.alice.submit_modal(form, {"where": where, "prompt": "the sea"})
    assert "Nothing was charged" in said(answer)
    assert len(await world.tasks()) == 1


async def test_original_is_the_exact_file_for_that_member_alone(world: World) -> None:
    task = await finished(world)
    answer = await chosen(world, "original", world.bob)
    assert answer.ephemeral
    assert answer.response is not None
    (sent,) = answer.response.attachments
    viewer = Viewer(world.bob.id, world.guild.id, frozenset({world.channel.id}))
    _, result = await world.app.desk.looks.result(viewer, task.id, 1)
    assert result.path is not None
    assert await sent.read() == result.path.read_bytes()


async def test_an_original_that_does_not_fit_says_so(world: World) -> None:
    task = await finished(world)
    viewer = Viewer(world.bob.id, world.guild.id, frozenset({world.channel.id}))
    _, result = await world.app.desk.looks.result(viewer, task.id, 1)
    assert result.path is not None
    os.truncate(result.path, 30 * 2**20)
    answer = await chosen(world, "original")
    assert "has 30 MB, and Discord takes 25 MB here" in said(answer)
    assert answer.response is not None
    assert not answer.response.attachments


async def test_compare_shows_three_pictures_in_one(world: World) -> None:
    await finished(world)
    answer = await chosen(world, "compare")
    assert "Before, mask and after" in said(answer)
    assert answer.response is not None
    (sent,) = answer.response.attachments
    with Image.open(BytesIO(await sent.read())) as sheet:
        assert sheet.height > 3 * 64
    assert [each for each in world.leftovers() if not each.name.startswith("post-")] == []


async def test_info_tells_everything_to_that_member_alone(world: World) -> None:
    task = await finished(world, seed=77, strength=0.5)
    answer = await chosen(world, "info", world.bob)
    assert answer.ephemeral
    for told in ("seed", "strength 0.5", "7 credits", task.id):
        assert told in said(answer)
    assert len(world.cards()) == 1


async def test_of_several_results_one_is_picked_by_its_number(world: World) -> None:
    first = await finished(world, count=3)
    asked = await chosen(world, "same")
    assert "which picture?" in said(asked)
    await world.restart()
    assert asked.response is not None
    form = await world.alice.select(asked.response, ["2"], custom_id=f"pick/which:same-{first.id}")
    await world.alice.submit_modal(form, {"prompt": "a paper boat"})
    second = await world.in_state(S.DONE)
    assert second.parent_result_n == 2


async def test_a_reported_edit_gives_nothing_away(world: World) -> None:
    task = await finished(world)
    form = await chosen(world, "same")
    info = (await chosen(world, "info")).response
    assert info is not None
    await world.bob.click(world.card(), label="Report")
    await world.in_state(S.DONE)
    assert labels_of(world.card()) == ["Delete"]
    for action in ("same", "original", "compare"):
        answer = await world.alice.select(info, [action], custom_id=f"pick/more:{task.id}")
        assert "was reported" in said(answer)
    answer = await world.alice.submit_modal(form, {"prompt": "a paper boat"})
    assert "was reported" in said(answer)
    assert len(await world.tasks()) == 1


async def test_words_that_are_blocked_make_no_edit(world: World) -> None:
    await finished(world)
    form = await world.alice.click(world.card(), label="Edit again")
    await world.app.desk.guilds.change(world.guild.id, world.bob.id, blocked_words=("vase",))
    answer = await world.alice.submit_modal(form, {"prompt": "a vase"})
    assert "Nothing was charged" in said(answer)
    assert len(await world.tasks()) == 1
