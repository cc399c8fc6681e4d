"""A reply to a picture prepares an edit, and its author's Go makes it one."""

from typing import Any

import discord
import pytest

from bot.domain import CardState, MaskSource, Origin, Task, TaskState
from bot.errors import NotYours
from tests.cogs.world import MASK, PHOTO, SIMCORD, World, labels_of, text_of

pytestmark = SIMCORD
TWELVE = [(f"{n}.png", PHOTO[1]) for n in range(12)]

S = TaskState


def called(world: World, text: str) -> str:
    assert world.env.bot.user is not None
    return f"<@{world.env.bot.user.id}> {text}".strip()


async def finished(world: World, **options: object) -> Task:
    await world.inpaint(**options)
    return await world.in_state(S.DONE)


async def asked(world: World, n: int = 2) -> discord.Message:
    """The small message that answers a reply, once it is there."""
    await world.until(lambda: len(world.cards()) >= n)
    return world.cards()[-1]


async def replied(world: World, text: str = "a blue boat", **given: object) -> discord.Message:
    """A finished card, and what Bob gets for his reply to it."""
    await finished(world)
    card = world.card()
    await world.bob.send(world.channel, called(world, text), reply_to=card, **given)  # pyright: ignore[reportArgumentType]
    return await asked(world)


async def test_a_reply_to_a_card_offers_the_mask_it_had_and_spends_nothing(world: World) -> None:
    message = await replied(world)
    task = (await world.tasks())[-1]
    assert (task.origin, task.state, task.prompt) == (Origin.REPLY, S.DRAFT, "a blue boat")
    assert (task.mask_source, task.held, task.user_id) == (MaskSource.PARENT, 0, world.bob.id)
    assert labels_of(message) == ["Go", "Change", "Cancel"]
    assert "a blue boat" in text_of(message)
    assert "7 credits" in text_of(message)
    assert [each.filename.partition("-")[0] for each in message.attachments] == ["mask"]


async def test_a_reply_with_the_ping_on_needs_no_other_mention(world: World) -> None:
    await finished(world)
    await world.bob.send(world.channel, "a blue boat", reply_to=world.card())
    assert "a blue boat" in text_of(await asked(world))


async def test_go_makes_the_message_the_card_also_after_a_restart(world: World) -> None:
    message = await replied(world)
    await world.restart()
    await world.bob.click(message, label="Go")
    task = await world.in_state(S.DONE)
    assert task.message_id == message.id
    assert len(world.cards()) == 2
    assert [each.filename for each in world.cards()[-1].attachments] == ["result-1.webp"]


async def test_its_buttons_are_the_authors_alone(world: World) -> None:
    message = await replied(world)
    for label in ("Go", "Change", "Cancel"):
        await world.alice.click(message, label=label)
        assert NotYours.default in text_of(world.answer())
    assert (await world.tasks())[-1].state is S.DRAFT


async def test_cancel_takes_the_message_away(world: World) -> None:
    message = await replied(world)
    await world.bob.click(message, label="Cancel")
    await world.until(lambda: len(world.cards()) == 1)
    task = (await world.tasks())[-1]
    assert (task.state, task.settled) == (S.CANCELLED, 0)


async def test_unused_it_is_deleted_after_ten_minutes_also_over_a_restart(world: World) -> None:
    await replied(world)
    await world.restart()
    await world.later(11 * 60)
    await world.until(lambda: len(world.cards()) == 1)
    task = (await world.tasks())[-1]
    assert task.state is S.EXPIRED
    await world.until_row(lambda each: each.card_state is CardState.DELETED)


async def test_a_message_that_was_posted_just_before_a_kill_is_found(world: World) -> None:
    message = await replied(world)
    await world.forget_card((await world.tasks())[-1].id)
    await world.restart()
    await world.until_row(lambda task: task.message_id == message.id)
    assert len(world.cards()) == 2


async def test_a_wish_that_is_heard_twice_is_made_once(world: World) -> None:
    await replied(world)
    heard = next(each for each in world.channel.history() if "a blue boat" in each.content)
    cog: Any = world.bot.get_cog("Replying")
    await cog.on_message(heard)
    assert len(await world.tasks()) == 2
    assert len(world.cards()) == 2


async def test_change_shows_the_author_all_ways_on(world: World) -> None:
    message = await replied(world)
    answer = await world.bob.click(message, label="Change")
    assert answer.ephemeral
    assert "Invert" in labels_of(answer.response)
    await world.bob.click(answer.response, label="Invert")
    assert answer.response
    await world.bob.click(answer.response, label="Go")
    task = await world.in_state(S.DONE)
    assert task.message_id == message.id


async def test_a_reply_may_bring_its_own_mask(world: World) -> None:
    message = await replied(world, attachments=[MASK])
    assert "Go" in labels_of(message)
    assert (await world.tasks())[-1].mask_source is MaskSource.FILE


async def test_whoever_made_it_goes_on_where_words_are_read(world: World) -> None:
    await world.app.desk.members.prefer(world.bob.id, default_provider="plain")
    message = await replied(world)
    assert "Scripted" in text_of(message)
    await world.inpaint(provider="plain", prompt="")
    await world.in_state(S.DONE)
    await world.bob.send(world.channel, "a red boat", reply_to=world.cards()[-1])
    told = text_of(await asked(world, 4))
    assert "does not read the prompt" in told


async def test_whoever_prefers_it_is_not_asked(world: World) -> None:
    await world.app.desk.members.prefer(world.bob.id, replies_at_once=True)
    await finished(world)
    await world.bob.send(world.channel, called(world, "a blue boat"), reply_to=world.card())
    await world.until_row(lambda task: task.origin is Origin.REPLY)
    assert (await world.in_state(S.DONE)).prompt == "a blue boat"


@pytest.mark.parametrize("text", ["", "   "])
async def test_a_reply_that_says_nothing_is_left_alone(world: World, text: str) -> None:
    await finished(world)
    await world.bob.send(world.channel, called(world, text), reply_to=world.card())
    assert len(world.cards()) == 1
    assert len(await world.tasks()) == 1


async def test_talk_that_is_not_for_the_bot_is_left_alone(world: World) -> None:
    picture = await world.alice.send(world.channel, "look", attachments=[PHOTO])
    await world.bob.send(world.channel, "nice", reply_to=picture)
    await world.bob.send(world.channel, called(world, "hello"))
    assert world.cards() == []


async def test_what_cannot_be_read_is_told_once_a_day(world: World) -> None:
    picture = await world.alice.send(world.channel, "look", attachments=[PHOTO])
    for _ in range(2):
        await world.bob.send(world.channel, called(world, "a boat"), reply_to=picture)
    (told,) = world.cards()
    assert "**Edit this picture**" in told.content
    await world.later(25 * 3600)
    await world.bob.send(world.channel, called(world, "a boat"), reply_to=picture)
    assert len(world.cards()) == 2
    assert await world.tasks() == []


async def test_with_the_intent_anybodys_picture_can_be_edited(world: World) -> None:
    await world.restart(message_content=True)
    picture = await world.alice.send(world.channel, "look", attachments=[PHOTO])
    text = called(world, "a boat")
    await world.bob.send(world.channel, text, reply_to=picture, attachments=[MASK])
    message = await asked(world, 1)
    assert labels_of(message) == ["Go", "Change", "Cancel"]
    assert (await world.task()).mask_source is MaskSource.FILE


async def test_without_a_mask_it_is_said_how_to_give_one(world: World) -> None:
    await world.restart(message_content=True)
    picture = await world.alice.send(world.channel, "look", attachments=[PHOTO])
    await world.bob.send(world.channel, called(world, "a boat"), reply_to=picture)
    assert "a copy of the picture that you painted on" in world.cards()[-1].content
    assert "Nothing was charged." in world.cards()[-1].content
    assert await world.tasks() == []


async def test_where_there_is_a_page_it_can_be_painted_on(world: World) -> None:
    await world.restart(message_content=True, public_url="https://pictures.example")
    picture = await world.alice.send(world.channel, "look", attachments=[PHOTO])
    await world.bob.send(world.channel, called(world, "a boat"), reply_to=picture)
    message = await asked(world, 1)
    assert labels_of(message) == ["Change", "Cancel"]
    assert "Press **Change**" in text_of(message)


async def test_of_twelve_pictures_one_has_to_be_named(world: World) -> None:
    await world.restart(message_content=True)
    many = await world.alice.send(world.channel, "look", attachments=TWELVE)
    for text, told in (("a boat", "12 pictures"), ("13: a boat", "has no picture 13")):
        await world.bob.send(world.channel, called(world, text), reply_to=many)
        assert told in world.cards()[-1].content
    text = called(world, "12: a boat")
    await world.bob.send(world.channel, text, reply_to=many, attachments=[MASK])
    await world.until(lambda: len(world.cards()) == 3)
    assert (await world.task()).prompt == "a boat"


async def test_a_message_without_a_picture_is_told(world: World) -> None:
    await world.restart(message_content=True)
    talk = await world.alice.send(world.channel, "no picture here")
    await world.bob.send(world.channel, called(world, "a boat"), reply_to=talk)
    assert "There is no picture on the message" in world.cards()[-1].content


async def test_a_reply_to_a_deleted_message_is_told(world: World) -> None:
    gone = await world.alice.send(world.channel, "look", attachments=[PHOTO])
    reference = {"channel_id": str(world.channel.id), "message_id": str(gone.id)}
    reference = world.env.backend.normalize_message_reference(world.channel.id, reference)
    await world.delete_by_hand(gone)
    text = called(world, "a boat")
    world.env.backend.create_message(world.channel.id, world.bob.id, text, reference=reference)
    await world.env.settle()
    assert "is gone, so there is no picture to edit" in world.cards()[-1].content


async def test_a_rule_of_the_server_is_told(world: World) -> None:
    await finished(world)
    await world.app.desk.guilds.change(world.guild.id, world.alice.id, paused=True)
    await world.bob.send(world.channel, called(world, "a boat"), reply_to=world.card())
    assert "have paused new edits" in world.cards()[-1].content
    assert len(await world.tasks()) == 1
