"""What happens to channels, threads, servers and people meanwhile, each as one story."""

import asyncio
from collections.abc import Callable

from bot.domain import CardState, Task, TaskState
from bot.providers.base import Done, Job
from tests.cogs.finding import finished
from tests.cogs.staff import promote, said
from tests.cogs.test_troubles import running
from tests.cogs.world import SIMCORD, World, text_of
from tests.rest import proof, threads
from tests.rest.errands import ANSWER, CALLBACK, EDIT, THREAD
from tests.rest.faults import down, refusal
from tests.rest.routes import CHANNEL, INTERACTION
from tests.rest.wire import Wire
from tests.services.scripted import done

pytestmark = SIMCORD
S = TaskState
NO_ACCESS = refusal(403, 50001, "Missing Access")
NOT_PERMITTED = refusal(403, 50013, "Missing Permissions")


async def until(world: World, holds: Callable[[Task], bool]) -> Task:
    """Wait until the newest row is as it should be, and let some time pass after that."""
    await world.until_row(holds)
    await proof.passing(world, 30)
    return (await world.tasks())[-1]


async def test_a_card_that_was_deleted_after_its_end_comes_back_when_it_is_asked_for(
    world: World, wire: Wire
) -> None:
    await finished(world)
    await world.delete_by_hand(world.card())
    assert (await world.task()).card_state is CardState.POSTED
    await proof.check_back(world, await world.task())


async def test_a_permission_that_is_back_before_the_end_costs_nothing(
    world: World, wire: Wire
) -> None:
    gate = await running(world)
    first = world.card().id
    wire.plan(EDIT, NO_ACCESS, times=None)
    await proof.passing(world, 120)
    assert (await world.task()).card_state is CardState.POSTED
    wire.mend()
    gate.set()
    await until(world, lambda task: task.state is S.DONE)
    assert world.card().id == first
    await proof.check(world)


async def test_a_permission_that_is_back_after_the_end_brings_the_same_card_up_to_date(
    world: World, wire: Wire
) -> None:
    gate = await running(world)
    first = world.card().id
    for route in CHANNEL:
        wire.plan(route, NO_ACCESS, times=None)
    gate.set()
    task = await until(world, lambda task: task.card_state is CardState.LOST)
    assert task.state is S.DONE
    wire.mend()
    await proof.check_back(world, task)
    assert world.card().id == first
    assert "Done" in text_of(world.card())


async def test_where_files_are_not_allowed_any_more_the_card_says_so_in_words(
    world: World, wire: Wire
) -> None:
    gate = await running(world)
    wire.plan(EDIT, NOT_PERMITTED)
    gate.set()
    task = await until(world, lambda task: task.card_state is CardState.LOST)
    said_there = text_of(world.card())
    assert "Done" in said_there
    assert "kept, but could not be shown here" in said_there
    assert world.card().attachments == []
    await proof.check_back(world, task)


async def in_a_thread(world: World) -> asyncio.Event:
    """An edit under way in a thread, which is the channel from now on."""
    thread = world.thread()
    await world.env.settle()
    gate = await running(world, thread)
    world.channel = thread
    return gate


async def test_a_thread_that_is_archived_is_opened_for_the_result(world: World, wire: Wire) -> None:
    gate = await in_a_thread(world)
    first = world.card().id
    await threads.closed(world, world.channel)
    gate.set()
    await until(world, lambda task: task.state is S.DONE)
    assert wire.count(THREAD) == 1
    assert world.card().id == first
    await proof.check(world)


async def test_a_thread_that_is_archived_and_locked_keeps_the_result(
    world: World, wire: Wire
) -> None:
    gate = await in_a_thread(world)
    await threads.closed(world, world.channel, locked=True)
    gate.set()
    task = await until(world, lambda task: task.card_state is CardState.LOST)
    assert wire.count(THREAD) == 1
    await threads.opened(world, world.channel)
    await proof.check_back(world, task)


async def test_a_server_that_lets_the_bot_go_and_takes_it_back(world: World, wire: Wire) -> None:
    gate = await running(world)
    guilds = world.bot._connection._guilds
    gone = guilds.pop(world.guild.id)
    for route in CHANNEL:
        wire.plan(route, NO_ACCESS, times=None)
    gate.set()
    task = await until(world, lambda task: task.card_state is CardState.LOST)
    assert task.state is S.DONE
    wire.mend()
    guilds[world.guild.id] = gone
    await proof.check(world)


async def test_a_member_who_has_left_is_still_owed_the_card_and_moderators_may_have_it_back(
    world: World, wire: Wire
) -> None:
    gate = await running(world)
    world.env.backend.remove_member(world.guild.id, world.alice.id)
    gate.set()
    task = await world.in_state(S.DONE)
    assert len(world.card().attachments) == 1
    await proof.sound(world)
    await world.delete_by_hand(world.card())
    promote(world, world.bob, manage_messages=True)
    await world.env.settle()
    world.alice = world.bob
    await proof.check_back(world, task)


async def test_an_answer_that_dies_at_once_leaves_the_card_to_tell_it(
    world: World, wire: Wire
) -> None:
    wire.plan(ANSWER, refusal(401, 50027, "Invalid Webhook Token"), times=None)
    await world.inpaint()
    await until(world, lambda task: task.state is S.DONE and task.reply_token is None)
    assert wire.count(ANSWER) <= 2  # the command itself, and the loop
    await proof.check(world)


async def test_a_lost_receipt_is_told_and_not_left_to_think(world: World, wire: Wire) -> None:
    world.bugs = (Exception,)
    wire.plan(CALLBACK, down(502, took_effect=True))
    told = said(await world.inpaint())
    assert "Please try again" in told
    assert "charged" in told
    assert await world.tasks() == []
    await world.inpaint()
    await proof.check(world)


async def test_discord_away_for_twenty_minutes_while_ten_edits_end(
    world: World, wire: Wire
) -> None:
    gates = await many_running(world, 10)
    for route in (*CHANNEL, *INTERACTION):
        wire.plan(route, down(503), times=None)
    for gate in gates:
        gate.set()
        await proof.passing(world, 20)
    await proof.passing(world, proof.OUTAGE_S)
    tasks = await world.tasks()
    assert {task.state for task in tasks} == {S.DONE}
    wire.mend()
    begun = len(world.requests())
    await proof.ended(world)
    shown = [path for method, path in world.requests()[begun:] if method == EDIT[0]]
    cards = [f"/messages/{task.message_id}" for task in sorted(tasks, key=ended_at)]
    order = [path[path.index("/messages/") :] for path in shown if "/channels/" in path]
    assert list(dict.fromkeys(order)) == cards
    assert len([each for each in world.cards() if each.components]) == 10
    await proof.check(world)


def ended_at(task: Task) -> tuple[float, str]:
    assert task.finished_at
    return task.finished_at.timestamp(), task.id


async def many_running(world: World, count: int) -> list[asyncio.Event]:
    """So many edits of several members that each wait for an event of their own."""
    gates: dict[str, asyncio.Event] = {}

    async def wait(job: Job) -> Done:
        await gates.setdefault(job.task_id, asyncio.Event()).wait()
        return done(job)

    world.provider.polls = [wait]
    people = [world.guild.add_member(world.env.create_user(f"member{n}")) for n in range(count)]
    await world.env.settle()
    for person in people:
        await world.inpaint(person)
    async with asyncio.timeout(45):
        while {task.state for task in await world.tasks()} != {S.RUNNING}:
            await asyncio.sleep(0.01)
            await world.clock.advance(0.5)
    return [gates.setdefault(task.id, asyncio.Event()) for task in await world.tasks()]
