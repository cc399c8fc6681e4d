"""What people and Discord do to a card meanwhile; the result is kept each time."""

import asyncio

import pytest
from simcord.builders import ChannelHandle

from bot.domain import CardState, TaskState
from bot.errors import Rejected
from bot.providers.base import Done, Job
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.services.scripted import done

pytestmark = SIMCORD

S = TaskState


async def running(world: World, channel: ChannelHandle | None = None) -> asyncio.Event:
    """One edit that waits for the provider, until the event is set."""
    gate = asyncio.Event()

    async def wait(job: Job) -> Done:
        await gate.wait()
        return done(job)

    world.provider.polls = [wait]
    await world.inpaint(channel=channel)
    await world.in_state(S.RUNNING)
    return gate


async def test_a_deleted_card_is_not_posted_again_and_the_answer_shows_the_result(
    world: World,
) -> None:
    gate = await running(world)
    await world.delete_by_hand(world.card())
    gate.set()
    await world.until_row(lambda task: task.state is S.DONE)
    await world.until_row(lambda task: task.card_state is CardState.LOST)
    await world.until(lambda: "The result is kept" in text_of(world.answer()))
    assert [each.filename for each in world.answer().attachments] == ["result-1.webp"]
    assert world.cards() == []


async def test_a_card_that_is_lost_at_its_slow_last_edit_leaves_the_result_in_the_answer(
    world: World,
) -> None:
    gate = await running(world)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=503, times=4)
    gate.set()
    await world.until(lambda: "Done" in text_of(world.answer()))
    assert "Done" not in text_of(world.card())
    assert (await world.task()).reply_token
    await world.delete_by_hand(world.card())
    await world.until_row(lambda task: task.card_state is CardState.LOST)
    await world.until(lambda: "The result is kept" in text_of(world.answer()))
    assert [each.filename for each in world.answer().attachments] == ["result-1.webp"]
    await world.until_row(lambda task: task.reply_token is None)


async def test_a_deleted_channel_keeps_the_result(world: World) -> None:
    gate = await running(world)
    world.env.backend.delete_channel(world.channel.id)
    gate.set()
    await world.until_row(lambda task: task.card_state is CardState.LOST)
    task = await world.task()
    assert task.state is S.DONE
    assert task.settled == 7


async def test_a_lost_permission_keeps_the_result(world: World) -> None:
    gate = await running(world)
    world.deny(world.channel, view_channel=True)
    gate.set()
    await world.until_row(lambda task: task.card_state is CardState.LOST)
    assert (await world.task()).state is S.DONE


async def test_a_channel_that_went_before_the_card_was_posted(world: World) -> None:
    world.env.inject_error(
        "POST", f"/channels/{world.channel.id}/messages", status=404, code=10003, times=None
    )
    said = await world.inpaint()
    await world.until_row(lambda task: task.card_state is CardState.LOST)
    await world.until_row(lambda task: task.state is S.DONE)
    await world.until(lambda: "The result is kept" in text_of(said.response))


async def test_a_dead_token_does_not_hold_up_the_card(world: World) -> None:
    world.env.inject_error("PATCH", "/webhooks/*", status=401, code=50027, times=None)
    await world.inpaint()
    task = await world.in_state(S.DONE)
    assert task.reply_token is None
    assert "Done" in text_of(world.card())


async def test_an_answer_that_outlived_its_token_is_let_be(world: World) -> None:
    await running(world)
    await world.later(16 * 60)
    await world.until_row(lambda task: task.reply_token is None)
    await world.in_state(S.FAILED)
    assert "took too long" in text_of(world.card())


async def test_a_discord_that_fails_for_a_while_gets_the_card_later(world: World) -> None:
    world.env.inject_error("POST", "/channels/*/messages", status=503, times=3)
    await world.inpaint()
    await world.in_state(S.DONE)
    assert len(world.cards()) == 1


async def test_a_file_too_large_is_sent_smaller(world: World) -> None:
    gate = await running(world)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=413, code=40005, times=1)
    gate.set()
    await world.in_state(S.DONE)
    assert len(world.card().attachments) == 1
    assert await world.app.cards.upload_limit(world.guild.id)


async def test_an_edit_in_an_archived_thread_opens_it_once(world: World) -> None:
    thread = world.thread()
    await world.env.settle()
    gate = await running(world, thread)
    world.env.inject_error("PATCH", "/channels/*/messages/*", status=400, code=50083, times=1)
    gate.set()
    await world.in_state(S.DONE)
    (card,) = world.cards(thread)
    assert len(card.attachments) == 1
    assert ("PATCH", f"/channels/{thread.id}") in world.requests()


async def test_a_thread_that_may_not_be_opened_again_keeps_the_result(world: World) -> None:
    thread = world.thread()
    await world.env.settle()
    gate = await running(world, thread)
    world.deny(world.channel, manage_channels=True, administrator=True)
    for path in ("/channels/*/messages/*", "/channels/*"):
        world.env.inject_error("PATCH", path, status=400, code=50083, times=None)
    gate.set()
    await world.until_row(lambda task: task.card_state is CardState.LOST)
    assert (await world.task()).state is S.DONE


async def test_a_card_that_was_posted_just_before_a_kill_is_found(world: World) -> None:
    gate = await running(world)
    await world.forget_card((await world.task()).id)
    await world.restart()
    gate.set()
    await world.in_state(S.DONE)
    assert len(world.cards()) == 1
    assert "Done" in text_of(world.card())


async def test_a_long_edit_pings_its_member_once(world: World) -> None:
    gate = await running(world)
    await world.later(60)
    gate.set()
    await world.in_state(S.DONE)
    await world.until(lambda: len(world.cards()) == 2)
    card, ping = world.cards()
    assert ping.content == f"<@{world.alice.id}>, your edit is ready."
    assert [each.id for each in ping.mentions] == [world.alice.id]
    assert ping.reference
    assert ping.reference.message_id == card.id
    await world.restart()
    await world.later(120)
    assert len(world.cards()) == 2
    await world.alice.click(card, label="Delete")
    await world.until(lambda: world.cards() == [])


async def test_a_short_edit_does_not_ping(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    await world.later(30)
    assert len(world.cards()) == 1
    assert world.env.backend.messages[world.channel.id]


async def test_a_card_mentions_its_member_without_a_ping(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    stored = world.env.backend.messages[world.channel.id][world.card().id]
    assert stored.ping_user_ids == []
    assert f"<@{world.alice.id}>" in text_of(world.card())


async def test_a_failed_edit_says_that_nothing_was_charged(world: World) -> None:
    world.provider.submits = [Rejected("The provider does not like boats. You were not charged.")]
    await world.inpaint()
    task = await world.in_state(S.FAILED)
    assert task.settled == 0
    said = text_of(world.card())
    assert "does not like boats. You were not charged." in said
    assert labels_of(world.card()) == ["Again", "Edit again", "Delete", "Report"]


@pytest.mark.parametrize("n", [1, 2])
async def test_a_partial_result_says_what_came_back(world: World, n: int) -> None:
    world.provider.polls = [lambda job: done(job, n)]
    await world.inpaint(count=4)
    await world.in_state(S.DONE)
    said = text_of(world.card())
    assert f"{n} of 4 pictures" in said
    assert "given back" in said
    assert len(world.card().attachments) == n
