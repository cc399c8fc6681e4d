"""The sandbox's clock runs, and no id of an earlier run comes back."""

import asyncio
from datetime import UTC, datetime, timedelta

import simcord

from bot.sandbox.clock import let_run
from bot.sandbox.people import build_people
from tests.sandbox.small_bot import SmallBot

# A busy machine is no failure.
SLACK = timedelta(minutes=1)


async def one_run(bot: SmallBot) -> tuple[list[int], set[int]]:
    """Return the ids of server, channel and people, and those of what happened after."""
    async with simcord.run(bot, shard_count=1) as env:
        people = await build_people(env)
        let_run(env)
        result = await people.member.slash(people.channel, "echo")
        message = await people.guide.send(people.channel, "hello")
        assert result.response is not None
        everybody = (people.admin, people.member, people.guide)
        stable = [people.channel.id, env.guild.id, *(each.id for each in everybody)]
        return stable, {*bot.interaction_ids, result.response.id, message.id}


async def test_people_keep_their_ids_when_the_bot_gets_more_commands() -> None:
    first, _ = await one_run(SmallBot())
    second, _ = await one_run(SmallBot(filler=7))
    assert first == second


async def test_messages_and_interactions_never_repeat_an_id() -> None:
    _, first = await one_run(SmallBot())
    _, second = await one_run(SmallBot())
    assert len(first) == len(second) == 3
    assert not first & second


async def test_the_clock_goes_on_with_the_real_time() -> None:
    async with simcord.run(SmallBot(), shard_count=1) as env:
        let_run(env)
        assert abs(env.now() - datetime.now(UTC)) < SLACK
        before = env.now()
        await asyncio.sleep(0.05)
        assert timedelta(seconds=0.04) < env.now() - before < SLACK


async def test_a_moved_clock_goes_on_from_there() -> None:
    async with simcord.run(SmallBot(), shard_count=1) as env:
        let_run(env)
        before = env.now()
        await env.advance_time(3600)
        assert timedelta(hours=1) <= env.now() - before < timedelta(hours=1) + SLACK
