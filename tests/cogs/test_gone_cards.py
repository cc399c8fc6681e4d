"""`/task show` brings cards back that are gone, and a sandbox started anew gives new ones."""

from bot.domain import CardState, TaskState
from bot.services.preferences import Ping
from tests.cogs.finding import INVERTED, change, finished, show
from tests.cogs.staff import promote
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.services.scripted import done, hang

pytestmark = SIMCORD

S = TaskState


async def test_show_posts_a_gone_card_anew_without_a_ping(world: World) -> None:
    task_id = await finished(world)
    await world.app.desk.members.prefer(world.alice.id, ping=Ping.ALWAYS)
    first = world.card()
    await world.delete_by_hand(first)
    await change(world, task_id, card_state=CardState.LOST, message_id=None)
    assert "posting it anew" in await show(world, task_id)
    await world.until(lambda: len(world.cards()) == 1)
    card = world.card()
    assert card.id != first.id
    assert [each.filename for each in card.attachments] == ["result-1.webp"]
    assert labels_of(card) == ["Again", "Edit again", "Delete", "Report"]
    await world.later(120)
    assert len(world.cards()) == 1
    assert "anew" not in await show(world, task_id)


async def test_a_card_brought_back_twice_at_once_is_posted_once(world: World) -> None:
    task_id = await finished(world)
    await world.delete_by_hand(world.card())
    await change(world, task_id, card_state=CardState.LOST, message_id=None)
    await show(world, task_id)
    await show(world, task_id)
    await world.until(lambda: len(world.cards()) == 1)
    await world.later(120)
    assert len(world.cards()) == 1


async def test_kept_results_of_a_channel_that_went_come_to_where_they_are_asked_for(
    world: World,
) -> None:
    gone = world.guild.create_text_channel("gone")
    await world.env.settle()
    world.env.inject_error(
        "POST", f"/channels/{gone.id}/messages", status=404, code=10003, times=None
    )
    await world.inpaint(channel=gone)
    await world.until_row(lambda task: task.card_state is CardState.LOST)
    await world.until_row(lambda task: task.state is S.DONE)
    world.env.backend.delete_channel(gone.id)
    task = await world.task()
    assert "posting it anew" in await show(world, task.id)
    await world.until(lambda: len(world.cards()) == 1)
    assert len(world.card().attachments) == 1
    assert (await world.task()).channel_id == world.channel.id


async def test_only_the_requester_or_a_moderator_brings_a_card_back(world: World) -> None:
    task_id = await finished(world)
    await world.delete_by_hand(world.card())
    await change(world, task_id, card_state=CardState.LOST, message_id=None)
    assert "The person who asked for it can bring it back" in await show(world, task_id, world.bob)
    await world.later(60)
    assert world.cards() == []
    promote(world, world.bob, manage_messages=True)
    await world.env.settle()
    assert "posting it anew" in await show(world, task_id, world.bob)
    await world.until(lambda: len(world.cards()) == 1)


async def test_a_card_cannot_come_back_where_the_bot_may_not_post(world: World) -> None:
    task_id = await finished(world)
    await world.delete_by_hand(world.card())
    await change(world, task_id, card_state=CardState.LOST, message_id=None)
    world.deny(world.channel, attach_files=True)
    told = await show(world, task_id)
    assert "cannot be posted here" in told
    assert "Attach Files" in told
    assert (await world.task()).card_state is CardState.LOST


async def test_where_all_messages_went_what_is_open_gets_new_cards(world: World) -> None:
    """The sandbox started a second time: its channel begins empty."""
    over = await finished(world, prompt="over")
    await world.inpaint(mask=INVERTED, prompt="a draft")
    draft = (await world.tasks())[-1].id
    world.provider.polls = [hang]
    await world.inpaint(prompt="at work")
    await world.in_state(S.RUNNING)
    before = {card.id for card in world.cards()}
    world.provider.polls = [done]
    await world.restart(emptied=True)
    ended = await world.in_state(S.DONE)
    card = world.card()
    assert card.id == ended.message_id
    assert card.id not in before
    assert "at work" in text_of(card)
    shown = await world.alice.slash(world.channel, "task show", task=draft)
    assert labels_of(shown.response) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Prompt",
        "Cells",
    ]
    assert shown.response
    await world.alice.click(shown.response, label="Invert")
    await world.alice.click(shown.response, label="Go")
    await world.in_state(S.DONE, n=1)
    assert len(world.cards()) == 2
    assert "posting it anew" in await show(world, over)
    await world.until(lambda: len(world.cards()) == 3)
