"""The buttons that change a draft before it goes: by its owner, after restarts, at the edges."""

import pytest
from PIL import ImageChops, ImageDraw
from simcord.results import InteractionResult, ResponseMessage

from bot.domain import MaskSource, Task, TaskState
from bot.errors import NotYours
from bot.services.access import Who
from bot.services.tuning import grown
from tests import assets
from tests.cogs.going_on import ask_first
from tests.cogs.staff import said
from tests.cogs.world import SIMCORD, World, labels_of, text_of

pytestmark = SIMCORD

S = TaskState
INVERTED = ("mask.png", assets.encoded(ImageChops.invert(assets.mask(96, 64)), "PNG"))


async def draft(world: World, **options: object) -> ResponseMessage:
    answer = await world.inpaint(**({"mask": INVERTED} | options))
    assert answer.response is not None
    return answer.response


def coverage(task: Task) -> float:
    return float(task.mask_facts["coverage"])


async def test_a_draft_has_two_rows_of_buttons_and_the_soft_edge(world: World) -> None:
    shown = await draft(world)
    assert labels_of(shown) == ["Go", "Invert", "Cancel", "Grow", "Shrink", "Prompt", "Cells"]
    assert len([part for part in shown.components[0]["components"] if part["type"] == 1]) == 3


async def test_grow_and_shrink_show_another_mask_after_restarts(world: World) -> None:
    shown = await draft(world, grow=0)
    await world.alice.click(shown, label="Invert")
    first = await world.task()
    await world.restart()
    await world.alice.click(shown, label="Grow")
    larger = await world.task()
    assert coverage(larger) > coverage(first)
    assert larger.overlay_blob != first.overlay_blob
    assert "the tinted part is what will change now" in text_of(shown)
    for _ in range(2):
        await world.restart()
        await world.alice.click(shown, label="Shrink")
    smaller = await world.task()
    assert coverage(smaller) < coverage(first)
    assert smaller.mask_core_blob == first.mask_core_blob
    await world.alice.click(shown, label="Go")
    done = await world.in_state(S.DONE)
    assert done.mask_blob == smaller.mask_blob


async def test_a_mask_cannot_be_shrunk_away(world: World) -> None:
    shown = await draft(world, grow=0)
    await world.alice.click(shown, label="Invert")
    answers = [said(await world.alice.click(shown, label="Shrink")) for _ in range(9)]
    assert "Nothing of the mask would be left" in answers[-1]
    assert coverage(await world.task()) > 0
    assert (await world.task()).state is S.DRAFT


async def test_the_edge_is_as_soft_as_was_chosen(world: World) -> None:
    shown = await draft(world)
    task_id = (await world.task()).id
    await world.restart()
    await world.alice.select(shown, ["16"], custom_id=f"pick/feather:{task_id}")
    assert (await world.task()).mask_facts["feather_px"] == 16
    assert (await world.task()).mask_operations["feather_px"] == 16


async def test_a_painted_outline_is_switched(world: World) -> None:
    await ask_first(world, True)
    copy = assets.photo(192, 128)
    picture = ("photo.png", assets.encoded(copy, "PNG"))
    ImageDraw.Draw(copy).ellipse((40, 30, 130, 100), outline=(255, 0, 200), width=8)
    shown = await draft(world, image=picture, mask=("painted.png", assets.encoded(copy, "PNG")))
    assert "Outline: off" in labels_of(shown)
    filled = await world.task()
    await world.alice.click(shown, label="Outline: off")
    assert coverage(await world.task()) < coverage(filled)
    assert "Outline: on" in labels_of(shown)
    await world.alice.click(shown, label="Outline: on")
    assert (await world.task()).mask_blob == filled.mask_blob


async def test_other_words_are_kept_by_a_form(world: World) -> None:
    shown = await draft(world)
    form = await world.alice.click(shown, label="Prompt")
    await world.restart()
    await world.alice.submit_modal(form, {"prompt": "a blue boat"})
    assert (await world.task()).prompt == "a blue boat"
    assert "a blue boat" in text_of(shown)
    assert (await world.task()).state is S.DRAFT


async def test_cells_are_picked_at_two_levels(world: World) -> None:
    shown = await draft(world, grow=0)
    task_id = (await world.task()).id
    grid = (await world.alice.click(shown, label="Cells")).response
    assert grid is not None
    assert [each.filename for each in grid.attachments] == ["cells.jpg"]
    await pick(world, grid, f"cells:{task_id}", "B2", "C2")
    task = await world.task()
    assert (task.mask_source, task.mask_operations["where"]) == (MaskSource.CELLS, "B2, C2")
    assert coverage(task) == pytest.approx(2 / 25, rel=0.1)
    assert "Picked: B2, C2" in text_of(grid)
    assert "from the cells you picked" in text_of(shown)
    await world.restart()
    await pick(world, grid, f"zoom:{task_id}", "B2")
    await pick(world, grid, f"cells:{task_id}-B2", "B2.A1", "B2.E5")
    task = await world.task()
    assert task.mask_operations["where"] == "B2.A1, B2.E5, C2"
    assert coverage(task) < 0.06
    await pick(world, grid, f"zoom:{task_id}", "all")
    await pick(world, grid, f"cells:{task_id}", "A1")
    assert (await world.task()).mask_operations["where"] == "A1, B2.A1, B2.E5"
    await world.alice.click(shown, label="Go")
    assert (await world.in_state(S.DONE)).mask_source is MaskSource.CELLS


async def test_only_the_one_who_asked_may_change_a_draft(world: World) -> None:
    await draft(world)
    before = await world.task()
    intake, bob = world.app.intake, Who(world.bob.id, world.guild.id)
    for change in (intake.redraw(before.id, bob, grown), intake.reword(before.id, bob, "no")):
        with pytest.raises(NotYours):
            await change
    assert await world.task() == before


async def test_no_cell_at_all_is_said_and_changes_nothing(world: World) -> None:
    shown = await draft(world)
    before = await world.task()
    grid = (await world.alice.click(shown, label="Cells")).response
    assert grid is not None
    assert "Pick at least one cell" in said(await pick(world, grid, f"cells:{before.id}"))
    assert (await world.task()).mask_blob == before.mask_blob


async def test_a_draft_that_went_cannot_be_changed(world: World) -> None:
    shown = await draft(world)
    task_id = (await world.task()).id
    grid = (await world.alice.click(shown, label="Cells")).response
    form = await world.alice.click(shown, label="Prompt")
    await world.alice.click(shown, label="Go")
    before = await world.in_state(S.DONE)
    assert grid is not None
    assert "moved on" in said(await pick(world, grid, f"cells:{task_id}", "A1"))
    assert "moved on" in said(await world.alice.submit_modal(form, {"prompt": "a blue boat"}))
    after = await world.task()
    assert (after.mask_blob, after.prompt) == (before.mask_blob, "a red boat")


async def pick(world: World, grid: ResponseMessage, what: str, *values: str) -> InteractionResult:
    return await world.alice.select(grid, list(values), custom_id=f"pick/{what}")
