"""The way to the painting page, and what Discord is asked when a drawing comes back from it."""

import json
from dataclasses import replace
from pathlib import Path

import discord
import pytest

from bot.app import App
from bot.delivery.cards import render_card
from bot.delivery.membership import Membership
from bot.delivery.reply_card import render_reply
from bot.domain import TaskState
from bot.errors import BadMask, LimitReached, MissingPermission, NotAllowed
from bot.services.access import Who
from bot.services.painting import Painted
from bot.web.public import make_links
from bot.web.tokens import new_key
from tests import assets
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.delivery import layouts
from tests.delivery.views import view

pytestmark = [SIMCORD]

URL = "https://edit.example.org/edit/#t=abc"
MOSTLY = ("mask.png", assets.encoded(assets.mask(96, 64, (0, 0, 90, 64)), "PNG"))
STROKES = json.dumps({"size": [96, 64], "operations": [{"t": "s", "r": 9, "p": [20, 20, 60, 40]}]})


@pytest.fixture
def app(app: App) -> App:
    """The same, reachable from outside."""
    links = make_links("https://edit.example.org", Path(), [new_key()], app.clock)
    app.intake.tools.looking._has_page = True
    return replace(app, paint_link=links.edits.link)


async def test_a_draft_leads_its_member_to_the_page(world: World) -> None:
    await world.inpaint(mask=MOSTLY)
    answer = world.answer()
    assert "Paint in browser" in labels_of(answer)
    assert world.cards() == []
    task = await world.task()
    shown = json.dumps([each.to_dict() for each in answer.components])
    assert (world.app.paint_link(task) or "no link") in shown


async def test_without_any_mask_there_is_a_draft_to_paint_on(world: World) -> None:
    await world.inpaint(mask=None)
    assert labels_of(world.answer()) == ["Cancel", "Paint in browser", "Prompt", "Cells"]
    assert "Now say where" in text_of(world.answer())
    task = await world.task()
    with pytest.raises(BadMask):
        await world.app.intake.go(task.id, await ask(world))
    await world.app.painting.submit(task.id, Painted(STROKES))
    done = await world.in_state(TaskState.DONE)
    assert done.mask_facts["source"] == "page"


async def test_a_result_is_painted_on_by_the_menu_of_its_card(world: World) -> None:
    await world.inpaint()
    first = await world.in_state(TaskState.DONE)
    menu = f"pick/more:{first.id}"
    form = await world.alice.select(world.card(), ["paint"], custom_id=menu)
    draft = await world.alice.submit_modal(form, {"prompt": "a gull"})
    assert "Paint in browser" in labels_of(draft.response)
    assert "Now say where" in text_of(draft.response)
    waiting = (await world.tasks())[-1]
    assert waiting.mask_blob is None
    await world.app.painting.submit(waiting.id, Painted(STROKES, "a gull"))
    done = await world.in_state(TaskState.DONE)
    assert (done.parent_task_id, done.mask_facts["source"]) == (first.id, "page")


async def test_what_is_drawn_there_becomes_the_edit(world: World) -> None:
    await world.inpaint(mask=MOSTLY)
    task = await world.task()
    await world.app.painting.submit(task.id, Painted(STROKES, "a blue boat"))
    done = await world.in_state(TaskState.DONE)
    assert "a blue boat" in text_of(world.card())
    assert done.mask_facts["source"] == "page"
    assert "Paint in browser" not in labels_of(world.answer())


def test_the_link_is_nowhere_but_in_the_members_own_answer() -> None:
    draft = view(TaskState.DRAFT, paint_url=URL)
    assert "Paint in browser" in layouts.buttons(render_reply(draft))
    assert URL not in json.dumps(render_card(draft).to_components())
    hidden = view(TaskState.DRAFT)
    assert "Paint in browser" not in layouts.buttons(render_reply(hidden))


async def ask(world: World, user_id: int | None = None, channel_id: int | None = None) -> Who:
    here = channel_id or world.channel.id
    return await Membership(world.bot).who(user_id or world.alice.id, world.guild.id, here)


async def test_a_member_is_asked_about_as_they_are_now(world: World) -> None:
    who = await ask(world)
    assert (who.user_id, who.guild_id) == (world.alice.id, world.guild.id)
    assert world.channel.id in who.place_ids
    assert not who.age_restricted


async def test_whoever_left_is_refused(world: World) -> None:
    stranger = world.env.create_user("stranger")
    with pytest.raises(NotAllowed, match="not in that server"):
        await ask(world, stranger.id)
    with pytest.raises(NotAllowed, match="not in that server"):
        await Membership(world.bot).who(world.alice.id, 1, world.channel.id)


async def test_a_channel_that_is_gone_or_hidden_is_refused(world: World) -> None:
    hidden = world.hidden_from(world.alice)
    for channel_id in (1, hidden.id):
        with pytest.raises(NotAllowed, match="channel"):
            await ask(world, channel_id=channel_id)
    assert await ask(world, world.bob.id, hidden.id)


async def test_a_permission_that_the_bot_lost_is_named(world: World) -> None:
    less = discord.PermissionOverwrite(attach_files=False)
    guild = world.bot.get_guild(world.guild.id)
    assert guild
    channel = world.guild.create_text_channel("words", overwrites={guild.default_role: less})
    await world.env.settle()
    with pytest.raises(MissingPermission, match="Attach Files"):
        await ask(world, channel_id=channel.id)


async def test_nobody_is_let_in_while_discord_does_not_answer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_guild: discord.Guild, _user_id: int) -> discord.Member:
        raise ConnectionError("no network")

    monkeypatch.setattr(discord.Guild, "fetch_member", broken)
    with pytest.raises(LimitReached) as caught:
        await ask(world)
    assert "does not answer" in caught.value.sentence
