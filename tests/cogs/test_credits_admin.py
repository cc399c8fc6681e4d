"""`/credits-admin` and `/privacy`, end to end in SimCord."""

import asyncio
import csv
import io
import json
import zipfile
from typing import Any

from simcord.actors import MemberActor
from sqlalchemy import text

from bot.domain import TaskState
from tests.cogs.entering import ids_of
from tests.cogs.staff import admin, hand_out, said
from tests.cogs.world import SIMCORD, World, text_of

pytestmark = SIMCORD

S = TaskState


async def boss(world: World) -> MemberActor:
    member = await admin(world)
    hand_out(world, member, "credits-admin")
    return member


async def run(world: World, who: MemberActor, name: str, **options: Any) -> Any:
    return await who.slash(world.channel, f"credits-admin {name}", **options)


async def press(world: World, who: MemberActor, message: Any, verb: str) -> str:
    (found,) = [each for each in ids_of(message) if each.startswith(f"{verb}:")][:1]
    return said(await who.click(message, custom_id=found))


def bytes_of(world: World, message: Any) -> bytes:
    (file,) = message.attachments
    data = world.env.backend.cdn.get(file.url)
    assert data is not None
    return data


async def test_grants_come_out_of_the_pool_with_actor_and_reason(world: World) -> None:
    mara = await boss(world)
    told = said(await run(world, mara, "grant", member=world.bob, amount=50, reason="for boats"))
    assert f"<@{world.bob.id}> has 50 credits now (+50)." in told
    taken = await run(world, mara, "take", member=world.bob, amount=20, reason="too many")
    assert "has 30 credits now (-20)." in said(taken)
    set_ = await run(world, mara, "set", member=world.bob, level=100, reason="a round number")
    assert "has 100 credits now (+70)." in said(set_)
    assert "The pool has 999,900 credits" in said(await run(world, mara, "pool"))
    report = said(await run(world, mara, "report"))
    for each in ("grant 50", "take 20", "grant 70", "“for boats”", f"<@{mara.id}>"):
        assert each in report
    history = said(await world.bob.slash(world.channel, "credits history"))
    assert f"granted by <@{mara.id}>" in history
    assert "“too many”" in history


async def test_no_more_than_the_pool_or_the_member_has(world: World) -> None:
    mara = await boss(world)
    much = await run(world, mara, "grant", member=world.bob, amount=2_000_000, reason="x")
    assert "server's pool has 1,000,000, so nothing was moved" in said(much)
    assert f"inpaint-bot ledger grant pool:{world.guild.id} CREDITS" in said(much)
    none = await run(world, mara, "take", member=world.bob, amount=1, reason="x")
    assert f"<@{world.bob.id}> has 0 that are not held" in said(none)


async def test_no_grant_to_a_bot_nor_to_who_is_not_here(world: World) -> None:
    mara = await boss(world)
    robot = world.guild.add_member(world.env.create_user("robot", bot=True))
    await world.env.settle()
    stranger = world.env.create_user("stranger")
    for member, why in ((robot, "A bot has no use"), (stranger, "not in this server any more")):
        assert why in said(await run(world, mara, "grant", member=member, amount=5, reason="x"))
    async with world.app.db.read() as session:
        pool = await world.app.ledger.balance(session, f"pool:{world.guild.id}")
    assert pool == (1_000_000, 0)


async def test_a_home_servers_admins_make_credits(world: World) -> None:
    await world.restart(home_guilds=(world.guild.id,))
    mara = await boss(world)
    much = await run(world, mara, "grant", member=world.bob, amount=2_000_000, reason="x")
    assert "has 2,000,000 credits now" in said(much)
    assert "This is a home server" in said(await run(world, mara, "pool"))
    cheap = await run(world, mara, "prices", provider="scripted", multiplier="0.5")
    assert "Scripted** · times 0.5\n" in said(cheap)
    await world.restart()
    page = said(await run(world, mara, "prices"))
    assert "Scripted** · times 1, because 0.5 counts in home servers only\n" in page
    assert "inpaint, outpaint: 7 credits a picture" in page


async def test_the_pools_rules_are_changed_by_options_and_logged(world: World) -> None:
    mara = await boss(world)
    hand_out(world, mara, "server")
    role = world.guild.create_role("patrons")
    page = said(
        await run(
            world, mara, "pool", payers="Only the pool", cap=25, first=40, level=10,
            period="weekly", role=role, role_level=300, confirm=5,
        )
    )  # fmt: skip
    for each in (
        "**Who pays** the server's pool",
        "25 credits a member and day",
        "**First grant** 40 credits",
        f"weekly, topped up: everyone to 10, <@&{role.id}> to 300",
        "confirmed above 5 credits",
    ):
        assert each in page
    log = said(await mara.slash(world.channel, "server log"))
    assert "**First grant**: 40" in log
    assert "**Who pays for edits**: sponsor, own → pool" in log
    assert "to 300" not in said(await run(world, mara, "pool", role=role, role_level=0))
    half = await run(world, mara, "pool", role=role)
    assert "Give a role and its level together" in said(half)
    assert "as much as a member needs" in said(await run(world, mara, "pool", cap=-1))


async def test_prices_are_shown_and_multiplied(world: World) -> None:
    mara = await boss(world)
    assert "inpaint, outpaint: 7 credits a picture" in said(await run(world, mara, "prices"))
    page = said(await run(world, mara, "prices", provider="scripted", multiplier="1,5"))
    assert "times 1.5" in page
    assert "inpaint, outpaint: 11 credits a picture" in page
    for wrong, why in (
        ("0.9", "from 1 to 1,000"),
        ("-2", "no multiplier"),
        ("1e3", "no multiplier"),
        ("5000", "from 1 to 1,000"),
    ):
        told = said(await run(world, mara, "prices", provider="scripted", multiplier=wrong))
        assert why in told
    unknown = await run(world, mara, "prices", provider="gone", multiplier="2")
    assert "no provider `gone`" in said(unknown)
    await world.inpaint()
    assert (await world.in_state(S.DONE)).settled == 11


async def test_the_report_tells_days_and_turns_after_a_restart(world: World) -> None:
    mara = await boss(world)
    await world.inpaint()
    await world.in_state(S.DONE)
    page = await run(world, mara, "pool")
    await world.restart()
    assert "not yet this time" in said(await run(world, mara, "report"))
    await world.app.watch.audit.once()
    told = await press(world, mara, page.response, "books")
    assert "2026-01-01 · scripted · 1 edit · 7 credits · 7" in told
    assert "The books are right" in told


async def test_wrong_books_are_told_to_the_report_channel_once(world: World) -> None:
    mara = await boss(world)
    channel = world.guild.create_text_channel("reports")
    await world.env.settle()
    guilds = world.app.desk.guilds
    await guilds.change(world.guild.id, mara.id, report_channel=channel.id)
    await world.alice.slash(world.channel, "credits balance")
    async with world.app.db.write() as session:
        await session.execute(text("UPDATE accounts SET available = 1 WHERE code LIKE 'user:%'"))
    for _ in range(2):
        await world.app.watch.audit.once()
        await world.until(lambda: len(world.cards(channel)) == 1)
    await world.restart()
    await world.app.watch.audit.once()
    await asyncio.sleep(0.2)
    (told,) = world.cards(channel)
    assert f"<@{world.alice.id}>: 1 available, 1,000 by its transfers" in text_of(told)
    assert "wrong in 1 place**" in said(await run(world, mara, "report"))


async def test_transfers_are_exported_as_csv_and_json(world: World) -> None:
    mara = await boss(world)
    await world.inpaint()
    task = await world.in_state(S.DONE)
    await run(world, mara, "grant", member=world.bob, amount=5, reason="=1+1")
    answer = await run(world, mara, "export")
    rows = list(csv.DictReader(io.StringIO(bytes_of(world, answer.response).decode("utf-8-sig"))))
    assert [row["kind"] for row in rows] == ["move", "resolve", "hold", "move", "move"]
    assert rows[0]["reason"] == "'=1+1"
    assert rows[1]["edit"] == task.id
    answer = await run(world, mara, "export", form="json")
    assert json.loads(bytes_of(world, answer.response))[0]["amount"] == 5


async def test_a_member_gets_all_of_it_and_then_has_it_deleted(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    answer = await world.alice.slash(world.channel, "privacy export")
    assert "1 edit, 4 pictures" in said(answer)
    with zipfile.ZipFile(io.BytesIO(bytes_of(world, answer.response))) as archive:
        assert json.loads(archive.read("data.json"))["edits"][0]["prompt"] == "a red boat"
    asked = await world.alice.slash(world.channel, "privacy delete")
    assert "only so that nobody gets a second first grant" in said(asked)
    await world.restart()
    told = await press(world, world.alice, asked.response, "forget")
    assert "I deleted everything" in told
    assert "salted hash" in told
    await world.until(lambda: world.cards() == [])
    assert "a salted hash" in said(await world.alice.slash(world.channel, "privacy export"))
    assert "Nothing is kept" in said(await world.bob.slash(world.channel, "privacy export"))
    assert "You have 0 credits" in said(await world.alice.slash(world.channel, "credits balance"))


async def test_a_blocked_member_still_has_their_rights(world: World) -> None:
    await world.inpaint()
    await world.in_state(S.DONE)
    await world.app.desk.guilds.block(world.guild.id, world.bob.id, world.alice.id, None, "")
    assert "1 edit, 4 pictures" in said(await world.alice.slash(world.channel, "privacy export"))
