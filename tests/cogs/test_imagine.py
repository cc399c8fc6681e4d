"""`/imagine` and the buttons that go on from one of its results."""

from dataclasses import replace

from bot.domain import Op, TaskState
from bot.services import reading
from tests.cogs.world import SIMCORD, World, labels_of, text_of
from tests.services.scripted import done, hang

pytestmark = SIMCORD

S = TaskState
PRESSES = ["U1", "U2", "V1", "V2"]


async def imagined(world: World, **options: object) -> str:
    """A task of two pictures from words; the provider makes two whatever was asked for."""
    await world.alice.slash(world.channel, "imagine", prompt="a paper boat", **options)
    return (await world.in_state(S.DONE)).id


async def pressed(world: World, label: str, card: int = 0) -> str:
    said = await world.alice.click(world.cards()[card], label=label)
    return text_of(said.response)


async def test_words_become_pictures_on_a_card_that_says_what_is_next(world: World) -> None:
    said = await world.alice.slash(world.channel, "imagine", prompt="a paper boat")
    assert said.ephemeral
    task = await world.in_state(S.DONE)
    assert (task.op, task.count, task.settled) == (Op.IMAGINE, 2, 4)
    assert (task.picture_blob, task.mask_blob, task.notes) == (None, None, [])
    text = text_of(world.card())
    assert "Imagined for" in text
    assert "> a paper boat" in text
    assert "4 credits · " in text
    assert " · 64 × 64" in text
    assert (
        "**U1** to **U2** enlarge one of them; `/inpaint` can then change a part of that." in text
    )
    assert labels_of(world.card()) == [*PRESSES, "Again", "Edit again", "Delete", "Report"]


async def test_another_count_than_is_made_is_said(world: World) -> None:
    await imagined(world, count=3)
    assert "Scripted makes 2 pictures here" in text_of(world.card())
    said = await world.alice.slash(world.channel, "imagine", prompt="a boat", count=5)
    assert "1 to 4 pictures at a time" in text_of(said.response)


async def test_who_cannot_imagine_is_named_with_who_can(world: World) -> None:
    said = await world.alice.slash(world.channel, "imagine", prompt="a boat", provider="plain")
    assert "Plain cannot imagine. Scripted can." in text_of(said.response)
    assert await world.tasks() == []


async def test_options_go_along(world: World) -> None:
    await imagined(world, seed=7, extra="shape=wide")
    options = (await world.task()).options
    assert (options["seed"], options["extra"]) == (7, {"shape": "wide"})
    said = await world.alice.slash(world.channel, "imagine", prompt="a boat", steps=3)
    assert "does not take `steps`" in text_of(said.response)


async def test_one_press_makes_a_task_that_is_linked_to_the_result(world: World) -> None:
    first = await imagined(world)
    await pressed(world, "U2")
    task = await world.in_state(S.DONE)
    assert (task.op, task.parent_task_id, task.parent_result_n) == (Op.UPSCALE, first, 2)
    assert (task.prompt, task.count, task.settled) == ("a paper boat", 1, 2)
    text = text_of(world.cards()[1])
    assert "Enlarged for" in text
    assert f"from picture 2 of task {first}" in text
    assert "does not read the prompt" not in text
    assert labels_of(world.cards()[1]) == ["Again", "Delete", "Report"]
    async with world.app.db.read() as session:
        (result, _), *_ = await reading.results(session, [task.id])
    assert (result.remote_id, result.remote_index) == (f"remote-{task.id}", 1)


async def test_the_provider_gets_the_ids_of_the_result_that_was_pressed(world: World) -> None:
    jobs = []
    submit = world.provider.submit

    async def submitted(job):
        jobs.append(job)
        return await submit(job)

    first = await imagined(world)
    world.provider.submit = submitted
    await pressed(world, "V2")
    task = await world.in_state(S.DONE)
    assert (task.op, task.count) == (Op.VARY, 4)
    (job,) = jobs
    assert (job.parent_remote_id, job.parent_remote_index) == (f"remote-{first}", 2)


async def test_a_second_press_changes_nothing_also_after_a_restart(world: World) -> None:
    await imagined(world)
    world.provider.polls = [hang]
    await pressed(world, "U1")
    assert "pressed that just now" in await pressed(world, "U1")
    await world.restart()
    assert "on its way already" in await pressed(world, "U1")
    assert len(await world.tasks()) == 2
    await pressed(world, "U2")
    assert len(await world.tasks()) == 3
    await world.later(11)
    await pressed(world, "U1")
    assert [task.parent_result_n for task in await world.tasks()] == [None, 1, 2, 1]


async def test_two_members_press_the_same_button_for_themselves(world: World) -> None:
    await imagined(world)
    await pressed(world, "U1")
    await world.bob.click(world.cards()[0], label="U1")
    tasks = await world.tasks()
    assert [task.user_id for task in tasks[1:]] == [world.alice.id, world.bob.id]


async def test_what_was_reported_cannot_be_gone_on_from(world: World) -> None:
    await imagined(world)
    await world.bob.click(world.card(), label="Report")
    await world.until(lambda: "U1" not in labels_of(world.card()))
    assert "enlarge" not in text_of(world.card())


async def test_again_enlarges_the_same_picture_again(world: World) -> None:
    first = await imagined(world)
    await pressed(world, "U2")
    await world.in_state(S.DONE)
    await world.later(11)
    await pressed(world, "Again", card=1)
    task = await world.in_state(S.DONE)
    assert (task.op, task.parent_task_id, task.parent_result_n) == (Op.UPSCALE, first, 2)
    await pressed(world, "Again", card=0)
    task = await world.in_state(S.DONE)
    assert (task.op, task.count) == (Op.IMAGINE, 2)


async def test_who_asks_first_sees_the_price_and_presses_go(world: World) -> None:
    await world.app.desk.members.prefer(world.alice.id, ask_first=True)
    said = await world.alice.slash(world.channel, "imagine", prompt="a paper boat")
    assert "Costs 4 credits" in text_of(said.response)
    assert labels_of(said.response) == ["Go", "Cancel", "Prompt"]
    await world.alice.click(said.response, label="Go")
    assert (await world.in_state(S.DONE)).settled == 4


async def test_a_picture_that_failed_has_no_button(world: World) -> None:
    world.provider.polls = [lambda job: done(job, 1)]
    await imagined(world)
    assert labels_of(world.card())[:2] == ["U1", "V1"]
    assert "**U1** enlarges it;" in text_of(world.card())


async def test_a_provider_that_was_switched_off_since_is_said(world: World) -> None:
    await imagined(world)
    world.provider.spec = replace(world.provider.spec, slug="scripted", ops={})
    await world.restart()
    assert "cannot upscale" in await pressed(world, "U1")
    assert len(await world.tasks()) == 1
