"""`/inpaint` from the slash to the finished card."""

import asyncio

from PIL import ImageChops

from bot.domain import CardState, TaskState
from bot.providers.base import Waiting
from tests import assets
from tests.cogs.world import MASK, PHOTO, SIMCORD, World, labels_of, text_of
from tests.services.scripted import done, hang

pytestmark = SIMCORD

S = TaskState
INVERTED = ("mask.png", assets.encoded(ImageChops.invert(assets.mask(96, 64)), "PNG"))


async def test_an_edit_goes_from_slash_to_a_finished_card(world: World) -> None:
    said = await world.inpaint()
    assert said.ephemeral
    task = await world.in_state(S.DONE)
    assert task.card_state is CardState.POSTED
    card = world.card()
    assert "Done in" in text_of(card)
    assert "> a red boat" in text_of(card)
    assert "7 credits" in text_of(card)
    (shown,) = card.attachments
    assert shown.description == "a red boat, result 1"
    assert labels_of(card) == ["Again", "Edit again", "Delete", "Report"]
    assert world.leftovers() == [] or all("post-" in each.name for each in world.leftovers())


async def test_the_answer_shows_the_mask_and_the_way_to_the_card(world: World) -> None:
    world.provider.polls = [hang]
    said = await world.inpaint()
    assert said.response
    assert "% of the picture, from your mask file" in text_of(said.response)
    (overlay,) = said.response.attachments
    assert overlay.filename.startswith("mask-")
    await world.in_state(S.RUNNING)
    await world.until(lambda: labels_of(said.response) == ["Cancel", "To the card"])


async def test_the_command_returns_while_its_task_still_runs(world: World) -> None:
    world.provider.polls = [hang]
    said = await asyncio.wait_for(world.inpaint(), 45)
    assert said.acknowledged
    task = await world.task()
    assert not task.state.is_terminal
    await world.in_state(S.RUNNING)


async def test_progress_reaches_card_and_answer(world: World) -> None:
    world.provider.polls = [lambda job: Waiting(f"remote-{job.task_id}", 0.5, percent=40)]
    said = await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.until(lambda: "40 %" in text_of(said.response))
    await world.until(lambda: "40 %" in text_of(world.card()))


async def test_a_second_picture_goes_on_from_the_first_with_its_mask(world: World) -> None:
    await world.inpaint()
    parent = await world.in_state(S.DONE)
    await world.inpaint(image=None, mask=None, parent=parent.id, prompt="a blue boat")
    child = await world.in_state(S.DONE)
    assert child.parent_task_id == parent.id
    assert len(world.cards()) == 2


async def test_transparency_is_a_mask(world: World) -> None:
    hole = ("hole.png", assets.encoded(assets.alpha(96, 64), "PNG"))
    said = await world.inpaint(image=hole, mask=None)
    await world.in_state(S.DONE)
    assert said.response


async def test_a_mask_of_another_size_is_resized_and_said(world: World) -> None:
    small = ("mask.png", assets.encoded(assets.mask(48, 32), "PNG"))
    await world.inpaint(mask=small)
    task = await world.in_state(S.DONE)
    assert task.notes
    assert "-# " + task.notes[0][:20] in text_of(world.card())


async def test_a_doubtful_mask_asks_first_and_go_starts_it(world: World) -> None:
    said = await world.inpaint(mask=INVERTED)
    task = await world.task()
    assert task.state is S.DRAFT
    assert labels_of(said.response) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Prompt",
        "Cells",
    ]
    assert "wrong way round" in text_of(said.response)
    assert "Costs 7 credits" in text_of(said.response)
    assert world.cards() == []
    assert said.response
    await world.alice.click(said.response, label="Go")
    await world.in_state(S.DONE)
    await world.until(lambda: "Done" in text_of(said.response))
    assert len(world.cards()) == 1


async def test_invert_turns_the_mask_around_and_shows_it(world: World) -> None:
    said = await world.inpaint(mask=INVERTED)
    before = await world.task()
    assert said.response
    (old,) = said.response.attachments
    await world.alice.click(said.response, label="Invert")
    after = await world.task()
    assert after.state is S.DRAFT
    assert after.mask_facts["coverage"] < 0.5 < before.mask_facts["coverage"]
    (new,) = said.response.attachments
    assert new.filename != old.filename


async def test_a_draft_can_be_let_go(world: World) -> None:
    said = await world.inpaint(mask=INVERTED)
    assert said.response
    await world.alice.click(said.response, label="Cancel")
    assert (await world.task()).state is S.CANCELLED
    assert "Cancelled." in text_of(said.response)
    assert labels_of(said.response) == []
    assert world.cards() == []


async def test_several_pictures_make_one_gallery(world: World) -> None:
    world.provider.polls = [done]
    await world.inpaint(count=4)
    await world.in_state(S.DONE)
    assert len(world.card().attachments) == 4


async def test_options_reach_the_provider(world: World) -> None:
    await world.inpaint(seed=5, strength=0.5, extra="style=bold enhance=yes", count=2)
    task = await world.in_state(S.DONE)
    assert task.options["seed"] == 5
    assert task.options["strength"] == 0.5
    assert task.options["extra"] == {"style": "bold", "enhance": "yes"}
    assert task.count == 2


async def test_two_members_have_their_own_cards(world: World) -> None:
    await world.inpaint(world.alice, image=PHOTO, mask=MASK)
    await world.inpaint(world.bob, image=PHOTO, mask=MASK)
    await world.in_state(S.DONE, n=0)
    await world.in_state(S.DONE)
    texts = [text_of(card) for card in world.cards()]
    assert f"<@{world.alice.id}>" in texts[0]
    assert f"<@{world.bob.id}>" in texts[1]
    assert all(card.mentions == [] or not card.mention_everyone for card in world.cards())
