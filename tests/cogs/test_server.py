"""`/server`: the page, its forms, blocking and the log, by those who may and those who may not."""

from typing import Any

import discord
import pytest
from simcord.actors import MemberActor
from simcord.results import InteractionResult, ResponseMessage

from bot.domain import TaskState
from bot.services.guild_rules import GuildRules
from tests.cogs.staff import admin, demote, hand_out, promote, said
from tests.cogs.world import SIMCORD, World, labels_of, text_of

pytestmark = SIMCORD

S = TaskState


async def opened(world: World, who: MemberActor, path: str = "server settings") -> ResponseMessage:
    result = await who.slash(world.channel, path)
    assert result.ephemeral
    assert result.response
    return result.response


async def rules(world: World) -> GuildRules:
    return (await world.app.desk.guilds.overview(world.guild.id)).rules


async def log(world: World, who: MemberActor) -> str:
    return text_of(await opened(world, who, "server log"))


async def test_the_page_shows_what_holds_and_saves_at_once(world: World) -> None:
    mara = await admin(world)
    page = await opened(world, mara)
    assert "3 edits at once a member, 20 the server · prompts up to 1,000" in text_of(page)
    await world.restart()
    role = world.guild.create_role("painters")
    picks: list[tuple[str, list[object]]] = [
        ("providers", ["scripted"]),
        ("default", ["scripted"]),
        ("channels", [world.channel]),
        ("roles", [role]),
        ("reports", [world.channel]),
    ]
    for what, values in picks:
        answer = await mara.select(page, values, custom_id=f"choose/{what}")
        assert answer.followups == []
    assert await rules(world) == GuildRules(
        providers=("scripted",),
        default_provider="scripted",
        channels=(world.channel.id,),
        roles=(role.id,),
        report_channel=world.channel.id,
    )
    told = await log(world, mara)
    assert f"**Report channel**: <#{world.channel.id}>" in told
    assert f"**Roles allowed**: <@&{role.id}>" in told
    assert told.count(f"<@{mara.id}>") == 5
    for what, _ in picks[2:] + picks[:1]:
        await mara.select(page, [], custom_id=f"choose/{what}")
    assert await rules(world) == GuildRules(default_provider="scripted")
    assert f"**Channels allowed**: <#{world.channel.id}> → not set" in await log(world, mara)


async def test_the_page_keeps_showing_what_was_chosen(world: World) -> None:
    mara = await admin(world)
    await world.app.desk.guilds.change(
        world.guild.id, mara.id, channels=(world.channel.id,), providers=("plain",)
    )
    page = await opened(world, mara)
    menus = {part["custom_id"]: part for part in flat(page) if "custom_id" in part}
    assert menus["choose/channels"]["default_values"] == [
        {"id": world.channel.id, "type": "channel"}
    ]
    chosen = [each["value"] for each in menus["choose/providers"]["options"] if each.get("default")]
    assert chosen == ["plain"]
    assert [each["value"] for each in menus["choose/default"]["options"]] == ["-", "plain"]


def flat(message: ResponseMessage) -> list[dict[str, Any]]:
    raw: list[dict[str, Any]] = list(message.components)
    found: list[dict[str, Any]] = []
    while raw:
        part = raw.pop()
        raw += part.get("components", [])
        found.append(part)
    return found


async def test_numbers_are_filled_in_and_held_to_the_operators(world: World) -> None:
    mara = await admin(world)
    page = await opened(world, mara)
    form = await mara.click(page, label="Limits")
    assert form.modal
    assert form.modal["title"] == "Limits of this server"
    await world.restart()
    await mara.submit_modal(
        form, {"live_member_max": "2", "prompt_length_max": "1,000", "retention_days": " 7 "}
    )
    assert await rules(world) == GuildRules(
        live_member_max=2, prompt_length_max=1000, retention_days=7
    )
    assert "2 edits at once a member, 20 the server" in text_of(page)
    assert "pictures kept 7 days" in text_of(page)
    refilled = await mara.click(page, label="Limits")
    assert "'value': '2'" in str(refilled.modal)
    await mara.submit_modal(refilled, {"live_member_max": ""})
    assert (await rules(world)).live_member_max is None


BAD_NUMBERS = [
    ({"live_member_max": "4"}, "**Edits at once, a member** goes from 1 to 3, and `4`"),
    ({"live_guild_max": "0"}, "**Edits at once, the server** goes from 1 to 20"),
    ({"prompt_length_max": "many"}, "goes from 1 to 1,000, and `many` does not fit"),
    ({"retention_days": "31"}, "**Days that pictures are kept** goes from 1 to 30"),
    ({"retention_days": "1.5"}, "`1.5` does not fit"),
]


@pytest.mark.parametrize(("values", "sentence"), BAD_NUMBERS)
async def test_a_number_that_does_not_fit_is_refused(
    world: World, values: dict[str, str], sentence: str
) -> None:
    mara = await admin(world)
    page = await opened(world, mara)
    form = await mara.click(page, label="Limits")
    answer = await mara.submit_modal(form, {"live_member_max": "1", **values})
    assert sentence in said(answer)
    assert "Nothing was changed" in said(answer)
    assert await rules(world) == GuildRules()
    assert "3 edits at once a member" in text_of(page)


async def test_blocked_words_have_their_sentence(world: World) -> None:
    mara = await admin(world)
    page = await opened(world, mara)
    form = await mara.click(page, label="Blocked words")
    sentence = "Not here: read <#1>."
    await mara.submit_modal(
        form, {"blocked_words": "Boat, red  vase\nboat", "words_sentence": sentence}
    )
    kept = await rules(world)
    assert (kept.blocked_words, kept.words_sentence) == (("Boat", "red vase", "boat"), sentence)
    refused = await world.inpaint(prompt="my BOAT")
    assert f"{sentence}\nWrite it differently and send it again.\nNothing was charged." in said(
        refused
    )
    assert await world.tasks() == []


async def test_a_word_too_long_is_refused(world: World) -> None:
    mara = await admin(world)
    form = await mara.click(await opened(world, mara), label="Blocked words")
    answer = await mara.submit_modal(form, {"blocked_words": "x" * 61})
    assert "is too long" in said(answer)
    assert await rules(world) == GuildRules()


async def test_intake_is_paused_and_resumed(world: World) -> None:
    mara = await admin(world)
    page = await opened(world, mara)
    await mara.click(page, label="Pause new edits")
    assert "**New edits are paused.**" in text_of(page)
    assert "paused new edits for now" in said(await world.inpaint())
    await world.restart()
    await mara.click(page, label="Take edits again")
    assert "paused" not in text_of(page)
    await world.inpaint()
    await world.in_state(S.DONE)
    assert "**New edits paused**: yes → no" in await log(world, mara)


async def test_a_member_is_blocked_for_a_while_with_a_reason(world: World) -> None:
    mara = await admin(world)
    answer = await mara.slash(
        world.channel, "server block", member=world.bob, until="7d", reason="too loud"
    )
    assert f"<@{world.bob.id}> may not use the bot here, until <t:" in said(answer)
    refused = await world.inpaint(world.bob)
    assert "Reason: too loud" in said(refused)
    listed = text_of(await opened(world, mara, "server blocked"))
    assert f"<@{world.bob.id}> · until <t:" in listed
    assert "> too loud" in listed
    await world.later(8 * 86_400)
    await world.inpaint(world.bob)
    await world.in_state(S.DONE)
    assert "Nobody is blocked" in text_of(await opened(world, mara, "server blocked"))


async def test_a_blocked_member_takes_back_what_is_their_own(world: World) -> None:
    await world.inpaint(world.bob)
    await world.in_state(S.DONE)
    mara = await admin(world)
    await mara.slash(world.channel, "server block", member=world.bob)
    await world.bob.click(world.card(), label="Delete")
    await world.until(lambda: world.cards() == [])


async def test_unblocking_lets_a_member_in_again(world: World) -> None:
    mara = await admin(world)
    await mara.slash(world.channel, "server block", member=world.bob)
    answer = await mara.slash(world.channel, "server unblock", member=world.bob)
    assert "may use the bot here again" in said(answer)
    again = await mara.slash(world.channel, "server unblock", member=world.bob)
    assert "is not blocked here" in said(again)
    await world.inpaint(world.bob)
    assert len(await world.tasks()) == 1


async def test_a_time_typed_by_hand_is_read_or_refused(world: World) -> None:
    mara = await admin(world)
    offered = await mara.autocomplete(world.channel, "server block", "until", "day")
    assert [each["value"] for each in offered] == ["1 day", "7 days", "30 days"]
    refused = await mara.slash(world.channel, "server block", member=world.bob, until="soon")
    assert "I cannot read `soon` as a time" in said(refused)
    assert "Nobody is blocked" in text_of(await opened(world, mara, "server blocked"))
    taken = await mara.slash(world.channel, "server block", member=world.bob, until="For Good")
    assert "for good" in said(taken)


async def test_the_log_has_pages_that_survive_a_restart(world: World) -> None:
    mara = await admin(world)
    for n in range(1, 18):
        await world.app.desk.guilds.change(world.guild.id, mara.id, prompt_length_max=n)
    page = await opened(world, mara, "server log")
    assert "Page 1 of 3 · 17 in all" in text_of(page)
    assert labels_of(page) == ["Older", "Settings"]
    await world.restart()
    await mara.click(page, label="Older")
    assert "**Longest prompt**: 8 → 9" in text_of(page)
    await mara.click(page, label="Settings")
    assert "Settings of this server" in text_of(page)
    await mara.click(page, label="Blocked members")
    assert "Nobody is blocked" in text_of(page)


async def test_only_those_who_may_manage_the_server_find_the_command(world: World) -> None:
    mara = await admin(world)
    assert "server settings" in mara.available_commands(world.channel)
    assert "server settings" not in world.bob.available_commands(world.channel)


async def test_a_member_whom_discord_shows_the_command_is_refused_in_code(world: World) -> None:
    mara = await admin(world)
    backend = world.env.backend
    shown = backend.visible_commands(user_id=mara.id, channel_id=world.channel.id)
    (command_id,) = [int(each["id"]) for each in shown if each["name"] == "server"]
    world.guild.set_command_permissions(command_id, {world.bob: True})
    for path in ("server settings", "server log", "server blocked"):
        assert "may **Manage Server**" in said(await world.bob.slash(world.channel, path))
    blocked = await world.bob.slash(world.channel, "server block", member=world.alice)
    assert "may **Manage Server**" in said(blocked)
    assert await world.bob.autocomplete(world.channel, "server block", "until", "") == []


async def test_a_permission_lost_while_the_page_is_open_counts(world: World) -> None:
    role = promote(world, world.alice, manage_guild=True)
    await world.env.settle()
    hand_out(world, world.alice, "server")
    page = await opened(world, world.alice)
    form = await world.alice.click(page, label="Limits")
    demote(world, world.alice, role)
    answers: list[InteractionResult] = [
        await world.alice.submit_modal(form, {"live_member_max": "1"}),
        await world.alice.click(page, label="Pause new edits"),
        await world.alice.select(page, ["plain"], custom_id="choose/default"),
        await world.alice.click(page, label="Log"),
    ]
    assert all("may **Manage Server**" in said(each) for each in answers)
    assert await rules(world) == GuildRules()


async def test_a_report_channel_where_the_bot_may_not_post_is_refused(world: World) -> None:
    mara = await admin(world)
    bot = world.env.bot.user
    assert bot
    silent = world.guild.create_text_channel(
        "silent",
        overwrites={world.guild.default_role: discord.PermissionOverwrite(send_messages=False)},
    )
    await world.env.settle()
    answer = await mara.select(await opened(world, mara), [silent], custom_id="choose/reports")
    assert f"I cannot post in <#{silent.id}>" in said(answer)
    assert await rules(world) == GuildRules()


async def test_a_server_that_the_bot_has_just_left_breaks_nothing(world: World) -> None:
    """Discord may still deliver what was pressed a moment before."""
    mara = await admin(world)
    page = await opened(world, mara)
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    world.bot._connection._remove_guild(guild)  # pyright: ignore[reportPrivateUsage]
    await mara.click(page, label="Pause new edits")
    assert (await rules(world)).paused
    said(await world.alice.slash(world.channel, "task list", whose="all"))
    said(await world.inpaint())
