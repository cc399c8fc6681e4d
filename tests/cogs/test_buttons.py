"""Go, Invert, Cancel, Again and Delete: late, twice, by others, and after restarts."""

import discord
from PIL import ImageChops

from bot.domain import CardState, TaskState
from bot.providers.base import Waiting
from tests import assets
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.services.scripted import hang

pytestmark = SIMCORD

S = TaskState
INVERTED = ("mask.png", assets.encoded(ImageChops.invert(assets.mask(96, 64)), "PNG"))
TWENTY_MINUTES = 20 * 60


async def test_cancel_on_the_card_takes_a_running_edit_back(world: World) -> None:
    world.provider.polls = [hang]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.alice.click(world.card(), label="Cancel")
    task = await world.in_state(S.CANCELLED)
    assert task.settled == 0
    assert "Cancelled." in text_of(world.card())
    assert "Nothing was charged." in text_of(world.card())


async def test_cancel_works_on_card_b_after_card_a_has_ended(world: World) -> None:
    """A view that ended used to unregister its buttons' class for the whole bot."""
    await world.inpaint()
    await world.in_state(S.DONE)
    world.provider.polls = [hang]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    first, second = world.cards()
    assert labels_of(first) == ["Again", "Edit again", "Delete", "Report"]
    await world.alice.click(second, label="Cancel")
    await world.in_state(S.CANCELLED)
    assert "Done" in text_of(world.cards()[0])


async def test_a_provider_that_keeps_the_job_goes_on_without_cancel(world: World) -> None:
    world.provider.polls = [hang]
    world.provider.cancels = False
    await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.alice.click(world.card(), label="Cancel")
    await world.until(lambda: "cannot be taken back" in text_of(world.card()))
    assert labels_of(world.card()) == ["Report"]
    assert (await world.task()).state is S.RUNNING


async def test_others_cannot_cancel_unless_they_manage_messages(world: World) -> None:
    world.provider.polls = [hang]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    said = await world.bob.click(world.card(), label="Cancel")
    assert "Only the person who asked" in text_of(said.followups[0])
    assert said.followups[0].ephemeral
    assert (await world.task()).state is S.RUNNING
    role = world.guild.create_role("mod", permissions=discord.Permissions(manage_messages=True))
    mod = world.guild.add_member(world.env.create_user("mod"), roles=[role])
    await world.env.settle()
    await mod.click(world.card(), label="Cancel")
    await world.in_state(S.CANCELLED)


async def test_again_makes_another_card_with_another_seed(world: World) -> None:
    await world.inpaint()
    first = await world.in_state(S.DONE)
    said = await world.bob.click(world.card(), label="Again")
    assert said.response
    assert said.ephemeral
    second = await world.in_state(S.DONE)
    assert second.id != first.id
    assert second.user_id == world.bob.id
    assert second.options["seed"] != first.options["seed"]
    assert len(world.cards()) == 2


async def test_a_second_press_within_ten_seconds_changes_nothing(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    card = world.card()
    await world.alice.click(card, label="Again")
    said = await world.alice.click(card, label="Again")
    assert "pressed that just now" in text_of(said.response)
    assert len(await world.tasks()) == 2
    await world.in_state(S.DONE)
    await world.later(11)
    await world.alice.click(card, label="Again")
    assert len(await world.tasks()) == 3


async def test_again_is_one_each_for_two_members_at_the_same_moment(world: World) -> None:
    await world.inpaint()
    first = await world.in_state(S.DONE)
    card = world.card()
    for member in (world.alice, world.bob, world.alice):
        await member.click(card, label="Again")
    made = [task for task in await world.tasks() if task.id != first.id]
    assert {task.user_id for task in made} == {world.alice.id, world.bob.id}
    assert len(made) == 2


async def test_a_second_press_after_a_restart_changes_nothing_either(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    card = world.card()
    await world.alice.click(card, label="Again")
    await world.restart()
    said = await world.alice.click(card, label="Again")
    assert "on its way already" in text_of(said.response)
    assert len(await world.tasks()) == 2


async def test_delete_takes_the_card_away(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    refused = await world.bob.click(world.card(), label="Delete")
    assert "Only the person who asked" in text_of(refused.followups[0])
    await world.alice.click(world.card(), label="Delete")
    await world.until(lambda: world.cards() == [])
    await world.until_row(lambda task: task.card_state is CardState.DELETED)


async def test_buttons_work_after_a_restart(world: World) -> None:
    draft = await world.inpaint(mask=INVERTED)
    await world.restart()
    assert draft.response
    await world.alice.click(draft.response, label="Go")
    await world.in_state(S.DONE)
    await world.restart()
    await world.alice.click(world.card(), label="Again")
    await world.in_state(S.DONE)
    assert len(world.cards()) == 2
    await world.restart()
    await world.alice.click(world.cards()[0], label="Delete")
    await world.until(lambda: len(world.cards()) == 1)


async def test_a_running_edit_goes_on_after_a_restart_on_the_same_card(world: World) -> None:
    world.provider.polls = [hang]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    (before,) = world.cards()
    await world.restart()
    await world.alice.click(world.card(), label="Cancel")
    await world.in_state(S.CANCELLED)
    (after,) = world.cards()
    assert after.id == before.id


async def test_progress_goes_on_after_a_restart(world: World) -> None:
    world.provider.polls = [lambda job: Waiting(f"remote-{job.task_id}", 0.5, percent=20)]
    said = await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.until(lambda: "20 %" in text_of(world.card()))
    world.provider.polls = [lambda job: Waiting(f"remote-{job.task_id}", 0.5, percent=70)]
    await world.restart()
    await world.until(lambda: "70 %" in text_of(world.card()))
    await world.until(lambda: "70 %" in text_of(said.response))


async def test_a_draft_can_be_started_after_twenty_minutes(world: World) -> None:
    said = await world.inpaint(mask=INVERTED)
    await world.later(TWENTY_MINUTES)
    assert said.response
    await world.alice.click(said.response, label="Invert")
    assert labels_of(said.response) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Prompt",
        "Cells",
    ]
    await world.alice.click(said.response, label="Go")
    await world.in_state(S.DONE)
    await world.until(lambda: "Done" in text_of(said.response))


async def test_cards_work_after_twenty_minutes(world: World) -> None:
    world.provider.polls = [hang]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.later(TWENTY_MINUTES // 4)
    await world.alice.click(world.card(), label="Cancel")
    await world.in_state(S.CANCELLED)
    await world.later(TWENTY_MINUTES)
    await world.alice.click(world.card(), label="Delete")
    await world.until(lambda: world.cards() == [])


async def test_a_draft_that_expired_says_so(world: World) -> None:
    said = await world.inpaint(mask=INVERTED)
    await world.later(61 * 60)
    await world.until_row(lambda task: task.state is S.EXPIRED)
    assert said.response
    await world.alice.click(said.response, label="Go")
    assert "not used in time" in text_of(said.response)


async def test_invert_pressed_twice_at_once_turns_it_once(world: World) -> None:
    said = await world.inpaint(mask=INVERTED)
    assert said.response
    await world.alice.click(said.response, label="Invert")
    turned = (await world.task()).mask_facts["coverage"]
    again = await world.alice.click(said.response, label="Invert")
    assert "pressed that just now" in text_of(again.response or again.followups[0])
    assert (await world.task()).mask_facts["coverage"] == turned


async def test_go_asks_for_permissions_again(world: World) -> None:
    said = await world.inpaint(mask=INVERTED)
    assert said.response
    world.deny(world.channel, attach_files=True)
    refused = await world.alice.click(said.response, label="Go")
    assert "**Attach Files**" in text_of(refused.followups[0])
    assert (await world.task()).state is S.DRAFT


async def test_a_button_that_breaks_shows_its_reference_and_may_be_pressed_again(
    world: World,
) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)

    async def broken(*_: object) -> None:
        raise KeyError("a secret")

    kept, world.bot.presses["again"] = world.bot.presses["again"], broken
    said = await world.alice.click(world.card(), label="Again")
    assert "Something broke, ref `" in text_of(said.response)
    world.bot.presses["again"] = kept
    await world.alice.click(world.card(), label="Again")
    assert len(await world.tasks()) == 2


async def test_a_button_that_no_version_knows_answers_kindly(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    del world.bot.presses["delete"]
    said = await world.alice.click(world.card(), label="Delete")
    assert "moved on" in text_of(said.response)
