"""A request to a paused provider: who else could take it, one press away; else it is refused."""

import pytest
from sqlalchemy import func, select

from bot.db.models import Blob, Transfer
from bot.domain import TaskState
from bot.errors import NotYours, Unavailable
from bot.services.access import Who
from bot.services.breaker import FAULTS_MAX
from tests.cogs.pausing import pause, resume
from tests.cogs.world import SIMCORD, World, labels_of, text_of

pytestmark = SIMCORD
S = TaskState
CHANGES = ("Grow", "Shrink", "Prompt", "Cells")


async def holds(world: World) -> int:
    async with world.app.db.read() as session:
        query = select(func.count()).where(Transfer.kind == "hold")
        return (await session.execute(query)).scalar_one()


async def blobs(world: World) -> int:
    async with world.app.db.read() as session:
        return (await session.execute(select(func.count()).select_from(Blob))).scalar_one()


async def test_it_becomes_a_draft_that_names_the_others_with_their_price(world: World) -> None:
    await pause(world, "scripted")
    said = await world.inpaint(provider="scripted")
    text = text_of(said.response)
    assert "Scripted is paused, because it keeps failing. I try it again <t:" in text
    assert "Nothing is charged yet. Who else can do this:" in text
    assert "Costs" not in text
    assert labels_of(said.response) == ["Plain · free", "Invert", "Cancel", *CHANGES]
    draft = await world.task()
    assert (draft.state, draft.held, draft.provider) == (S.DRAFT, 0, "scripted")
    assert draft.picture_blob
    assert await holds(world) == 0


async def test_one_press_has_the_other_do_it(world: World) -> None:
    await pause(world, "plain")
    said = await world.inpaint(provider="plain", prompt=None)
    assert labels_of(said.response)[0] == "Scripted · 7 credits"
    await world.alice.click(said.response, label="Scripted · 7 credits")
    done = await world.in_state(S.DONE)
    assert (done.provider, done.quoted, done.settled) == ("scripted", 7, 7)
    assert len(world.provider.started) == 1
    assert "Scripted" in text_of(world.card())


async def test_a_press_after_a_restart_works_too(world: World) -> None:
    await pause(world, "plain")
    said = await world.inpaint(provider="plain", prompt=None)
    await world.restart()
    await world.alice.click(said.response, label="Scripted · 7 credits")
    assert (await world.in_state(S.DONE)).provider == "scripted"


async def test_all_is_asked_again_when_it_is_pressed(world: World) -> None:
    await pause(world, "plain")
    said = await world.inpaint(provider="plain", prompt=None)
    guilds, guild = world.app.desk.guilds, world.guild.id
    await guilds.change(guild, world.alice.id, providers=("plain",))
    answer = await world.alice.click(said.response, label="Scripted · 7 credits")
    assert "There is no provider `scripted` here." in text_of(answer.followups[0])
    assert (await world.task()).state is S.DRAFT
    await guilds.change(guild, world.alice.id, providers=())
    await world.alice.click(said.response, label="Scripted · 7 credits")
    assert (await world.in_state(S.DONE)).provider == "scripted"


async def test_who_was_offered_and_is_paused_by_now_is_said(world: World) -> None:
    await pause(world, "plain")
    said = await world.inpaint(provider="plain", prompt=None)
    await pause(world, "scripted")
    await resume(world, "plain")
    await world.alice.click(said.response, label="Scripted · 7 credits")
    assert "Scripted is paused" in text_of(world.answer())
    assert labels_of(world.answer())[0] == "Plain · free"
    await world.alice.click(world.answer(), label="Plain · free")
    assert (await world.in_state(S.DONE)).provider == "plain"


async def test_a_mask_turned_around_keeps_the_offers(world: World) -> None:
    await pause(world, "scripted")
    said = await world.inpaint(provider="scripted")
    await world.alice.click(said.response, label="Invert")
    assert "Press who is to do it if it is right." in text_of(world.answer())
    assert labels_of(world.answer())[0] == "Plain · free"


async def test_only_its_owner_takes_it(world: World) -> None:
    await pause(world, "plain")
    await world.inpaint(provider="plain", prompt=None)
    task = await world.task()
    bob = Who(world.bob.id, world.guild.id)
    with pytest.raises(NotYours):
        await world.app.taking.take(task.id, "scripted", bob)
    assert (await world.task()).provider == "plain"


async def test_a_draft_whose_provider_is_paused_before_go_gets_the_others(world: World) -> None:
    await world.app.desk.members.prefer(world.alice.id, ask_first=True)
    said = await world.inpaint(provider="scripted")
    await pause(world, "scripted")
    await world.alice.click(said.response, label="Go")
    assert labels_of(world.answer()) == ["Plain · free", "Invert", "Cancel", *CHANGES]
    assert (await world.task()).state is S.DRAFT


async def test_again_on_a_paused_provider_is_asked_first(world: World) -> None:
    await world.inpaint(provider="scripted")
    await world.in_state(S.DONE)
    await pause(world, "scripted")
    said = await world.alice.click(world.card(), label="Again")
    assert "Plain · free" in labels_of(said.response)
    assert len(world.provider.started) == 1


async def test_where_nobody_else_can_it_is_refused_and_leaves_nothing(world: World) -> None:
    await pause(world, "scripted")
    said = await world.inpaint(provider="scripted", count=3)
    text = text_of(said.response)
    assert "Scripted is paused, because it keeps failing." in text
    assert "No other provider here can do this." in text
    assert "Nothing was charged." in text
    assert await world.tasks() == []
    assert await blobs(world) == 0
    assert world.leftovers() == []


async def test_a_prompt_that_only_a_deaf_one_is_left_for_is_asked_about(world: World) -> None:
    await pause(world, "scripted")
    said = await world.inpaint()
    text = text_of(said.response)
    assert "Scripted is paused" in text
    assert "it does not read the prompt. Is that what you want?" in text
    assert labels_of(said.response) == [
        "Go",
        "Invert",
        "Cancel",
        "Grow",
        "Shrink",
        "Cells",
    ]
    await world.alice.click(said.response, label="Go")
    assert (await world.in_state(S.DONE)).provider == "plain"


async def test_an_outage_ends_in_a_pause_and_members_read_of_it(world: World) -> None:
    world.provider.submits = [Unavailable(log="status 503")]
    for n in range(FAULTS_MAX):
        await world.inpaint(provider="scripted")
        await world.in_state(S.FAILED, n=n)
    said = await world.inpaint(provider="scripted")
    assert "Scripted is paused" in text_of(said.response)
    assert len(world.provider.started) == FAULTS_MAX
