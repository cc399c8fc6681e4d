"""Report on a card, the report channel, and what moderators decide."""

import asyncio
from typing import Any

import discord
from simcord.actors import MemberActor
from simcord.builders import ChannelHandle

from bot.domain import CardState, TaskState
from tests.cogs.staff import admin, promote, said
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.services.scripted import hang

pytestmark = SIMCORD

S = TaskState


async def channel_for_reports(world: World) -> ChannelHandle:
    channel = world.guild.create_text_channel("mods")
    await world.env.settle()
    await world.app.desk.guilds.change(world.guild.id, world.bob.id, report_channel=channel.id)
    return channel


async def moderator(world: World) -> MemberActor:
    member = world.guild.add_member(world.env.create_user("mod"))
    promote(world, member, manage_messages=True)
    await world.env.settle()
    return member


async def reported(world: World) -> discord.Message:
    """A finished card that Bob has reported; what the report channel reads."""
    channel = await channel_for_reports(world)
    await world.inpaint()
    await world.in_state(S.DONE)
    await world.bob.click(world.card(), label="Report")
    await world.until(lambda: len(world.cards(channel)) == 1)
    await world.until(lambda: is_hidden(world.card()))
    return world.cards(channel)[0]


def is_hidden(card: discord.Message) -> bool:
    raw: list[Any] = [each.to_dict() for each in card.components]
    items = [item for box in raw for part in box["components"] for item in part.get("items", ())]
    return bool(items) and all(item["spoiler"] for item in items)


async def test_a_report_hides_pictures_and_prompt_at_once(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    assert not is_hidden(world.card())
    answer = await world.bob.click(world.card(), label="Report")
    assert answer.ephemeral
    assert "hidden from everybody until a moderator" in said(answer)
    await world.until(lambda: is_hidden(world.card()))
    card = world.card()
    assert "> ||a red boat||" in text_of(card)
    assert "hidden until a moderator has looked at it" in text_of(card)
    assert labels_of(card) == ["Delete"]
    assert [each.filename for each in card.attachments] == ["result-1.webp"]


async def test_the_report_channel_reads_member_prompt_and_link_once(world: World) -> None:
    message = await reported(world)
    told = text_of(message)
    assert f"Edit by <@{world.alice.id}> in <#{world.channel.id}>" in told
    assert f"reported by <@{world.bob.id}>" in told
    assert "> ||a red boat||" in told
    assert labels_of(message) == ["Restore", "Delete", "To the card"]
    stored = world.env.backend.messages[message.channel.id][message.id]
    assert stored.ping_user_ids == []
    await world.later(300)
    await world.restart()
    await world.later(300)
    mods = next(each for each in world.guild.channels.values() if each.name == "mods")
    assert len(world.cards(mods)) == 1


async def test_reporting_twice_changes_nothing(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    card = world.card()
    await world.bob.click(card, label="Report")
    second = await world.alice.click(card, label="Report")
    assert "Somebody has reported this already" in said(second)
    await world.until(lambda: is_hidden(world.card()))


async def test_a_message_that_was_posted_just_before_a_kill_is_found(world: World) -> None:
    channel = await channel_for_reports(world)
    world.app.desk.reports.sent = _killed  # pyright: ignore[reportAttributeAccessIssue]
    await world.inpaint()
    await world.in_state(S.DONE)
    await world.bob.click(world.card(), label="Report")
    await world.until(lambda: len(world.cards(channel)) == 1)
    assert len(await world.app.desk.reports.unsent()) == 1
    await world.restart()
    async with asyncio.timeout(45):
        while await world.app.desk.reports.unsent():
            await world.clock.advance(0.1)
    await world.later(120)
    assert len(world.cards(channel)) == 1


async def _killed(*_: object) -> None:
    raise OSError("as if the process had died here")


async def test_a_report_channel_that_fails_is_told_later(world: World) -> None:
    channel = await channel_for_reports(world)
    await world.inpaint()
    await world.in_state(S.DONE)
    path = f"/channels/{channel.id}/messages"
    world.env.inject_error("POST", path, status=403, code=50013, times=1)
    await world.bob.click(world.card(), label="Report")
    await world.until(lambda: ("POST", path) in world.requests())
    assert world.cards(channel) == []
    await world.later(1000)
    await world.until(lambda: len(world.cards(channel)) == 1)


async def test_restore_shows_the_pictures_again(world: World) -> None:
    message = await reported(world)
    mod = await moderator(world)
    await world.restart()
    await mod.click(message, label="Restore")
    await world.until(lambda: not is_hidden(world.card()))
    assert labels_of(world.card()) == ["Again", "Edit again", "Delete", "Report"]
    mods = next(each for each in world.guild.channels.values() if each.name == "mods")
    (shown,) = world.cards(mods)
    assert f"**Restored** by <@{mod.id}>" in text_of(shown)
    assert labels_of(shown) == ["To the card"]
    again = await world.bob.click(world.card(), label="Report")
    assert "looked at this before and kept it" in said(again)
    assert not is_hidden(world.card())


async def test_delete_takes_the_card_away_for_good(world: World) -> None:
    message = await reported(world)
    mod = await moderator(world)
    await mod.click(message, label="Delete")
    await world.until(lambda: world.cards() == [])
    mods = next(each for each in world.guild.channels.values() if each.name == "mods")
    assert f"**Deleted** by <@{mod.id}>" in text_of(world.cards(mods)[0])
    task = await world.task()
    told = said(await world.alice.slash(world.channel, "task show", task=task.id))
    assert "its pictures stay hidden" in told
    await world.later(120)
    assert world.cards() == []
    assert (await world.task()).card_state is CardState.DELETED


async def test_two_moderators_at_once_make_one_decision(world: World) -> None:
    message = await reported(world)
    mod, other = await moderator(world), await admin(world)
    await mod.click(message, label="Restore")
    task = await world.task()
    shown = await other.slash(world.channel, "task show", task=task.id)
    assert labels_of(shown.response) == ["Family", "To the card"]
    assert not task.hidden


async def test_members_who_do_not_moderate_are_refused(world: World) -> None:
    message = await reported(world)
    refused = await world.alice.click(message, label="Restore")
    assert "may **Manage Messages** or **Manage Server**" in said(refused)
    assert (await world.task()).hidden


async def test_moderators_can_decide_without_a_report_channel(world: World) -> None:
    await world.inpaint()
    task = await world.in_state(S.DONE)
    await world.bob.click(world.card(), label="Report")
    mod = await moderator(world)
    shown = await mod.slash(world.channel, "task show", task=task.id)
    assert labels_of(shown.response) == ["Family", "To the card", "Restore", "Delete"]
    assert shown.response
    await mod.click(shown.response, label="Restore")
    await world.until_row(lambda task: not task.hidden)
    ours = await world.alice.slash(world.channel, "task show", task=task.id)
    assert labels_of(ours.response) == ["Family", "To the card"]


async def test_a_decision_made_elsewhere_shows_in_the_report_channel(world: World) -> None:
    await reported(world)
    mod = await moderator(world)
    task = await world.task()
    shown = await mod.slash(world.channel, "task show", task=task.id)
    assert shown.response
    await mod.click(shown.response, label="Restore")
    mods = next(each for each in world.guild.channels.values() if each.name == "mods")
    await world.until(lambda: "**Restored**" in text_of(world.cards(mods)[0]))
    assert labels_of(world.cards(mods)[0]) == ["To the card"]


async def test_a_running_edit_can_be_reported_and_comes_out_hidden(world: World) -> None:
    world.provider.polls = [hang]
    await world.inpaint()
    await world.in_state(S.RUNNING)
    await world.bob.click(world.card(), label="Report")
    await world.until(lambda: "> ||a red boat||" in text_of(world.card()))
    assert labels_of(world.card()) == ["Cancel"]
    await world.alice.click(world.card(), label="Cancel")
    await world.in_state(S.CANCELLED)
    assert labels_of(world.card()) == ["Delete"]


async def test_a_report_where_the_channel_is_the_cards_own_confuses_nothing(world: World) -> None:
    await world.app.desk.guilds.change(
        world.guild.id, world.bob.id, report_channel=world.channel.id
    )
    await world.inpaint()
    task = await world.in_state(S.DONE)
    await world.bob.click(world.card(), label="Report")
    await world.until(lambda: len(world.cards()) == 2)
    await world.until_row(lambda task: task.hidden and task.view_posted == task.view_rev)
    await world.forget_card(task.id)
    await world.restart()
    await world.until_row(lambda task: task.card_state is CardState.POSTED)
    card, _ = world.cards()
    assert (await world.task()).message_id == card.id
