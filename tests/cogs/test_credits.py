"""`/credits`, end to end in SimCord."""

from decimal import Decimal
from typing import Any

import pytest
from simcord.actors import MemberActor
from simcord.backend.errors import SetupError

from bot.domain import TaskState
from bot.services.economy import Payer
from tests.cogs.entering import ids_of
from tests.cogs.staff import said
from tests.cogs.world import SIMCORD, World, labels_of, text_of

pytestmark = SIMCORD

S = TaskState
FIRST = 1000


async def credits_of(world: World, member: MemberActor) -> tuple[int, int]:
    async with world.app.db.read() as session:
        return await world.app.ledger.balance(session, f"user:{world.guild.id}:{member.id}")


async def run(world: World, name: str, who: MemberActor | None = None, **options: Any) -> Any:
    return await (who or world.alice).slash(world.channel, f"credits {name}", **options)


async def press(world: World, message: Any, verb: str, who: MemberActor | None = None) -> str:
    (found,) = [each for each in ids_of(message) if each.startswith(f"{verb}:")][:1]
    return said(await (who or world.alice).click(message, custom_id=found))


async def made(world: World, who: MemberActor | None = None, **options: Any) -> None:
    await world.inpaint(who, **options)
    await world.in_state(S.DONE)


async def test_the_balance_brings_the_first_grant_and_says_who_pays(world: World) -> None:
    told = said(await run(world, "balance"))
    assert "You have 1,000 credits" in told
    assert "1,000 credits just came in: your first grant" in told
    assert "your own credits (1,000)" in told
    assert "just came in" not in said(await run(world, "balance"))


async def test_an_empty_pool_grants_nothing_and_says_so(world: World) -> None:
    async with world.app.db.write() as session:
        pool = await world.app.ledger.find(session, f"pool:{world.guild.id}")
        house = await world.app.ledger.account(session, "house:x")
        assert pool
        await world.app.ledger.move(session, "drain", pool, house, 1_000_000)
    assert "pool is too empty" in said(await run(world, "balance"))
    refused = said(await world.inpaint())
    assert "This costs 7 credits and you have 0" in refused
    assert "pool is too empty to grant them. Ask an admin to have it filled, or pick" in refused
    assert "Nothing was charged." in refused
    assert await world.tasks() == []


async def test_history_tells_each_entry_with_its_edit_and_turns_after_a_restart(
    world: World,
) -> None:
    for n in range(5):
        await made(world, prompt=f"boat {n}")
    page = (await run(world, "history")).response
    told = said(await run(world, "history"))
    assert "965 available, 0 held" in told
    assert told.count("edit paid, 7 credits") == 4
    assert told.count("held for an edit") == 4
    assert "[card](https://discord.com/channels/" in told
    assert labels_of(page) == ["Older"]
    await world.restart()
    older = await press(world, page, "history")
    assert "first grant" in older
    assert "**+1,000** → 1,000" in older
    assert labels_of(page) == ["Newest"]
    assert "edit paid" in await press(world, page, "history")


async def test_a_small_gift_goes_at_once_and_both_histories_tell_it(world: World) -> None:
    await run(world, "balance")
    told = said(await run(world, "give", member=world.bob, amount=60))
    assert f"You gave 60 credits to <@{world.bob.id}> and have 940 left." in told
    assert f"to <@{world.bob.id}>" in said(await run(world, "history"))
    assert f"from <@{world.alice.id}>" in said(await run(world, "history", world.bob))


async def test_a_large_gift_is_asked_about_and_given_once(world: World) -> None:
    await run(world, "balance")
    asked = (await run(world, "give", member=world.bob, amount=101)).response
    assert await credits_of(world, world.bob) == (0, 0)
    await world.restart()
    assert "You gave 101 credits" in await press(world, asked, "give")
    assert await credits_of(world, world.alice) == (899, 0)
    assert await credits_of(world, world.bob) == (101, 0)


async def test_who_is_not_here_gets_nothing(world: World) -> None:
    await run(world, "balance")
    stranger = world.env.create_user("stranger")
    assert "not in this server any more" in said(
        await run(world, "give", member=stranger, amount=5)
    )
    assert await credits_of(world, world.alice) == (FIRST, 0)


async def test_who_left_before_the_confirmation_gets_nothing(world: World) -> None:
    await run(world, "balance")
    asked = (await run(world, "give", member=world.bob, amount=500)).response
    world.env.backend.remove_member(world.guild.id, world.bob.id)
    assert "not in this server any more" in await press(world, asked, "give")
    assert await credits_of(world, world.alice) == (FIRST, 0)


async def test_not_to_oneself_nor_to_a_bot_nor_more_than_there_is(world: World) -> None:
    await run(world, "balance")
    bot = world.env.bot.user
    assert bot
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    await world.env.settle()
    for member, amount, why in (
        (world.alice, 5, "to yourself"),
        (robot, 5, "A bot has no use"),
        (world.bob, 100, ""),
    ):
        assert why in said(await run(world, "give", member=member, amount=amount))
    asked = (await run(world, "give", member=world.bob, amount=901)).response
    assert "takes 901 credits and you have 900" in await press(world, asked, "give")
    assert await credits_of(world, world.alice) == (900, 0)


async def test_leaderboards_rank_whom_they_may(world: World) -> None:
    await made(world)
    await made(world)
    await made(world, world.bob)
    await run(world, "give", world.bob, member=world.alice, amount=9)
    page = await run(world, "leaderboard")
    assert f"1. <@{world.alice.id}> · 2 edits" in said(page)
    assert f"2. <@{world.bob.id}> · 1 edit" in said(page)
    assert labels_of(page.response) == ["Most credits spent", "Most credits given"]
    spent = await world.alice.click(page.response, label="Most credits spent")
    assert f"1. <@{world.alice.id}> · 14 credits" in said(spent)
    assert f"<@{world.bob.id}> · 9 credits" in said(await run(world, "leaderboard", board="given"))
    settings = (await world.alice.slash(world.channel, "settings")).response
    assert settings
    await world.alice.select(settings, ["no"], custom_id="choose/ranked")
    assert f"1. <@{world.bob.id}> · 1 edit" in said(await run(world, "leaderboard"))
    await world.later(40 * 86_400)
    assert "Nobody yet" in said(await run(world, "leaderboard"))
    assert f"<@{world.bob.id}>" in said(await run(world, "leaderboard", since=0))


async def test_charts_come_with_their_words(world: World) -> None:
    await made(world)
    await made(world, world.bob)
    answer = await run(world, "stats")
    assert "14 credits for 2 edits" in said(answer)
    (file,) = answer.response.attachments
    assert file.filename == "chart.png"
    told = str(answer.response.components)
    assert "14 in all. Most: January 1: 14." in told
    await world.restart()
    assert "7 credits" in await press(world, answer.response, "chart")
    members = said(await run(world, "stats", by="member"))
    assert f"<@{world.alice.id}> · 7 credits" in members
    assert "Scripted: 14" in str((await run(world, "stats", by="provider")).response.components)


async def test_a_sponsor_pays_for_a_thread_and_gets_the_rest_back(world: World) -> None:
    assert "Only a thread" in said(await run(world, "sponsor", amount=5))
    thread = world.thread()
    await run(world, "balance", world.bob)
    assert "Nobody pays" in said(await world.bob.slash(thread, "credits sponsor"))
    paid = await world.bob.slash(thread, "credits sponsor", amount=10, until="1 hour")
    assert f"<@{world.bob.id}> pays for this thread" in said(paid)
    assert "10 credits left" in said(paid)
    await world.inpaint(channel=thread)
    await world.in_state(S.DONE)
    assert f"paid by <@{world.bob.id}>, who sponsors this thread" in said_by_card(world, thread)
    assert await credits_of(world, world.alice) == (FIRST, 0)
    told = await press(world, paid.response, "unsponsor", world.bob)
    assert f"3 credits went back to <@{world.bob.id}>" in told
    assert await credits_of(world, world.bob) == (993, 0)


def said_by_card(world: World, channel: Any) -> str:
    return text_of(world.cards(channel)[0])


async def test_the_pool_pays_where_admins_want_it_up_to_a_members_cap(world: World) -> None:
    await world.app.credits.rulebook.change(
        world.guild.id, world.bob.id, payers=(Payer.POOL, Payer.OWN), pool_daily_max=10
    )
    await made(world)
    assert "paid by the server's pool" in said_by_card(world, world.channel)
    await made(world)
    assert await credits_of(world, world.alice) == (993, 0)
    await world.later(86_400)
    await made(world)
    assert await credits_of(world, world.alice) == (993, 0)


async def test_a_draft_shows_a_changed_price_before_it_is_spent(world: World) -> None:
    await world.app.desk.members.prefer(world.alice.id, ask_first=True)
    answer = await world.inpaint()
    await world.app.credits.rulebook.set_multiplier(
        world.guild.id, world.bob.id, "scripted", Decimal("1.5")
    )
    assert answer.response
    await world.alice.click(answer.response, label="Go")
    task = await world.task()
    assert (task.state, task.quoted, task.held) == (S.DRAFT, 11, 0)
    await world.until_row(lambda row: row.reply_posted == row.view_rev)
    assert "7 credits then, 11 now" in said_now(world)
    await world.later(11)
    await world.alice.click(answer.response, label="Go")
    assert (await world.in_state(S.DONE)).settled == 11


def said_now(world: World) -> str:
    return text_of(world.answer())


@pytest.mark.parametrize("command", ["give", "sponsor"])
@pytest.mark.parametrize("amount", [-3, 0, 2.5, 10**12])
async def test_discord_does_not_let_such_amounts_through(
    world: World, command: str, amount: float
) -> None:
    whom = {"member": world.bob} if command == "give" else {}
    with pytest.raises(SetupError, match=r"must be|expects int"):
        await run(world, command, amount=amount, **whom)
