"""Right-click a picture: "Edit this picture" and "Erase from this picture"."""

from dataclasses import replace

import discord
from simcord.results import InteractionResult

from bot.domain import MaskSource, Op, Origin, TaskState
from tests import assets
from tests.cogs.entering import ids_of
from tests.cogs.picking import EDIT, ERASE, line_of
from tests.cogs.staff import said
from tests.cogs.world import MASK, PHOTO, SIMCORD, World

pytestmark = SIMCORD

S = TaskState
WISH = {"prompt": "a red boat", "way": "file", "mask": MASK}
TEXT = ("notes.txt", b"no picture at all")


async def posted(world: World, *files: tuple[str, bytes]) -> discord.Message:
    return await world.bob.send(world.channel, "look", attachments=files)


async def opened(world: World, *files: tuple[str, bytes], name: str = EDIT) -> InteractionResult:
    return await world.alice.context_menu(world.channel, name, await posted(world, *files))


async def test_a_form_makes_an_edit_of_somebody_elses_picture(world: World) -> None:
    shown = await opened(world, PHOTO)
    await world.alice.submit_modal(shown, WISH)
    task = await world.in_state(S.DONE)
    assert (task.origin, task.op, task.prompt) == (Origin.MENU, Op.INPAINT, "a red boat")
    assert (task.user_id, task.mask_source) == (world.alice.id, MaskSource.FILE)
    assert task.picture_facts["width_px"] == 96
    assert not any(each.name.startswith("up-") for each in world.leftovers())


async def test_a_form_that_is_sent_after_a_restart_is_answered(world: World) -> None:
    shown = await opened(world, PHOTO)
    await world.restart()
    answer = await world.alice.submit_modal(shown, WISH)
    assert "Something broke" not in said(answer)
    await world.in_state(S.DONE)


async def test_a_place_in_words_and_a_provider_are_taken(world: World) -> None:
    shown = await opened(world, PHOTO)
    wish = {"way": "where", "where": "center 40%", "provider": ["plain"]}
    await world.alice.submit_modal(shown, wish)
    task = await world.in_state(S.DONE)
    assert (task.provider, task.mask_source) == ("plain", MaskSource.BOX)


async def test_what_was_chosen_and_did_not_come_is_asked_for(world: World) -> None:
    for way, told in (("file", "none came"), ("where", "nothing is"), ("clear", "where to edit")):
        answer = await world.alice.submit_modal(await opened(world, PHOTO), {"way": way})
        assert told in said(answer)
        assert "Nothing was charged." in said(answer)
    assert await world.tasks() == []


async def test_of_several_pictures_one_is_picked_first(world: World) -> None:
    small = ("small.png", assets.encoded(assets.photo(64, 64), "PNG"))
    files = [PHOTO, TEXT, small, *[(f"{n}.png", PHOTO[1]) for n in range(9)]]
    picker = await opened(world, *files[:12])
    assert "There are 11 on that message" in said(picker)
    (menu,) = ids_of(picker.response)
    name = menu.partition("/")[2]
    assert name == "picture"
    await world.restart()
    line = line_of(picker.response, 2)
    shown = await world.alice.select(picker.response, [line], custom_id=menu)
    await world.alice.submit_modal(shown, {"way": "where", "where": "top left"})
    task = await world.in_state(S.DONE)
    assert task.picture_facts["width_px"] == 64


async def test_a_message_without_a_picture_is_told(world: World) -> None:
    for files in ((), (TEXT,)):
        answer = await opened(world, *files)
        assert "There is no picture on that message" in said(answer)
    heic = await opened(world, ("phone.heic", b"whatever"))
    assert "HEIC" in said(heic)


async def test_a_card_is_gone_on_from_with_the_mask_it_had(world: World) -> None:
    await world.inpaint()
    first = await world.in_state(S.DONE)
    shown = await world.bob.context_menu(world.channel, EDIT, world.card())
    await world.bob.submit_modal(shown, {"prompt": "a blue boat", "way": "same"})
    await world.until_row(lambda task: task.id != first.id)
    task = await world.in_state(S.DONE)
    assert (task.parent_task_id, task.parent_result_n) == (first.id, 1)
    assert task.mask_source is MaskSource.PARENT


async def test_erase_takes_whoever_can(world: World) -> None:
    shown = await opened(world, PHOTO, name=ERASE)
    await world.alice.submit_modal(shown, {"way": "where", "where": "center 40%"})
    # Nobody here erases, so whoever repaints does it.
    assert (await world.in_state(S.DONE)).op is Op.INPAINT


async def test_erase_goes_to_whoever_erases(world: World) -> None:
    spec = world.provider.spec
    ops = {**spec.ops, Op.ERASE: spec.ops[Op.INPAINT]}
    world.provider.spec = replace(spec, ops=ops)
    shown = await opened(world, PHOTO, name=ERASE)
    await world.alice.submit_modal(shown, {"way": "where", "where": "center 40%"})
    assert (await world.in_state(S.DONE)).op is Op.ERASE


async def test_a_picture_that_was_deleted_meanwhile_is_said(world: World) -> None:
    message = await posted(world, PHOTO)
    shown = await world.alice.context_menu(world.channel, EDIT, message)
    world.env.inject_error("GET", "*", status=404, times=1)
    answer = await world.alice.submit_modal(shown, WISH)
    assert "Something broke" not in said(answer)


async def test_a_form_that_waited_too_long_is_told(world: World) -> None:
    shown = await opened(world, PHOTO)
    await world.later(3700)
    answer = await world.alice.submit_modal(shown, WISH)
    assert "That took too long" in said(answer)
    assert await world.tasks() == []


async def test_whoever_wants_to_paint_gets_a_draft_and_no_edit(world: World) -> None:
    await world.restart(public_url="https://pictures.example")
    shown = await opened(world, PHOTO)
    await world.alice.submit_modal(shown, {"way": "paint", "prompt": "a red boat"})
    task = await world.task()
    assert (task.state, task.mask_blob, task.held) == (S.DRAFT, None, 0)
