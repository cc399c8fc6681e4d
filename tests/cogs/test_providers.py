"""`/providers` as members see it: short, by name, from the menu, and what is not for here."""

import re

from bot.domain import TaskState
from bot.services.pauses import Why
from tests.cogs.entering import ids_of
from tests.cogs.pausing import pause
from tests.cogs.world import SIMCORD, World, text_of

pytestmark = SIMCORD


async def shown(world: World, **options: str) -> str:
    said = await world.alice.slash(world.channel, "providers", **options)
    assert said.ephemeral
    return text_of(said.response)


async def test_all_of_them_with_price_and_health(world: World) -> None:
    text = await shown(world)
    assert re.search(r"\*\*Scripted\*\* · (\d to )?7 credits a picture\nReady\n-# repaint", text)
    assert "**Plain** · free\nReady" in text


async def test_the_typical_time_is_the_median_of_what_was_done(world: World) -> None:
    for n in range(3):
        await world.inpaint(provider="scripted")
        await world.in_state(TaskState.DONE, n=n)
    standing = (await world.app.desk.standings.now()).providers[0]
    took = sorted(
        (each.finished_at - each.submitted_at).total_seconds()
        for each in await world.tasks()
        if each.finished_at and each.submitted_at
    )
    assert standing.typical_s == took[1]
    assert " · about " in await shown(world)


async def test_a_pause_is_told_by_both_pages(world: World) -> None:
    await pause(world, "scripted")
    await pause(world, "plain", why=Why.LIMIT)
    text = await shown(world)
    assert "Paused, tried again <t:" in text
    assert "Used up for today, back <t:" in text
    about = text_of((await world.alice.slash(world.channel, "about")).response)
    assert "Scripted: paused, tried again <t:" in about
    assert "Plain: used up for today, back <t:" in about


async def test_everything_about_one(world: World) -> None:
    text = await shown(world, provider="scripted")
    assert "**Repaint** 7 credits a picture · 1 to 4 pictures · reads the prompt" in text
    assert "`strength` 0 to 1" in text
    assert "There is no provider `nobody`." in await shown(world, provider="nobody")


async def test_the_menu_and_the_way_back(world: World) -> None:
    page = (await world.alice.slash(world.channel, "providers")).response
    await world.alice.select(page, ["plain"], custom_id="choose/provider")
    assert "it does not read the prompt" in text_of(world.answer())
    (back,) = [each for each in ids_of(world.answer()) if each.startswith("providers:")]
    await world.alice.click(world.answer(), custom_id=back)
    assert "Who can edit pictures here" in text_of(world.answer())


async def test_what_the_admins_did_not_allow_says_so(world: World) -> None:
    guild, admin = world.guild.id, world.alice.id
    await world.app.desk.guilds.change(guild, admin, providers=("plain",))
    text = await shown(world)
    assert "**Scripted**\n-# Not here: The admins of this server have not allowed it here." in text
    assert text.index("**Plain**") < text.index("**Scripted**")


async def test_the_default_comes_first(world: World) -> None:
    await world.app.desk.members.prefer(world.alice.id, default_provider="plain")
    assert "**Plain** · default · free" in await shown(world)


async def test_typing_offers_titles(world: World) -> None:
    offered = await world.alice.autocomplete(world.channel, "providers", "provider", "pla")
    assert [(each["name"], each["value"]) for each in offered] == [("Plain", "plain")]
