"""What one task costs in requests to Discord, on a clock that is set by hand."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import simcord

from bot.delivery.client import build_bot
from bot.domain import TaskState
from bot.providers.base import Job, Update, Waiting
from tests.cogs.world import World, WorldClock, opened
from tests.services.scripted import SPEC, Scripted, done

STEP_S = 0.25
# A ping follows the final at its own pace.
AFTER_S = 30.0


@dataclass
class Calls:
    """Requests between the deferral and the ping: by channel routes, and edits of the answer."""

    channel: int = 0
    reply: int = 0

    def listen(self, env: simcord.Env) -> None:
        """Stand before SimCord's answers to both kinds of requests."""
        http: Any = env.bot.http
        adapter = env._webhook_adapter  # pyright: ignore[reportPrivateUsage]
        http.request = self._counted(http.request, "channel", "/channels/")
        adapter.request = self._counted(adapter.request, "reply", "/messages/")

    def _counted(
        self, request: Callable[..., Awaitable[Any]], name: str, part: str
    ) -> Callable[..., Awaitable[Any]]:
        async def counted(route: Any, *args: Any, **kwargs: Any) -> Any:
            if part in route.path:
                setattr(self, name, getattr(self, name) + 1)
            return await request(route, *args, **kwargs)

        return counted


async def calls_of(length_s: float) -> Calls:
    """One `/inpaint` whose provider tells progress and is done after so many seconds."""
    clock, calls = WorldClock(), Calls()
    provider = Scripted(
        spec=replace(SPEC, poll_after_s=1.0, deadline_s=2 * length_s),
        submits=[lambda job: Waiting(f"remote-{job.task_id}", 1.0, percent=0)],
        polls=[_until(clock, length_s)],
    )
    with TemporaryDirectory() as name:
        async with (
            opened(Path(name), clock, [provider]) as app,
            simcord.run(build_bot(app), shard_count=1, settle_timeout=60) as env,
        ):
            clock.env = env
            world = World(env, app, clock, Path(name), [provider])
            await world.build()
            calls.listen(env)
            await world.inpaint()
            await _to_the_end(world)
            await world.close()
    return calls


def _until(clock: WorldClock, length_s: float) -> Callable[[Job], Update]:
    begun = clock.now()

    def step(job: Job) -> Update:
        passed_s = (clock.now() - begun).total_seconds()
        if passed_s >= length_s:
            return done(job)
        return Waiting(f"remote-{job.task_id}", 1.0, percent=int(100 * passed_s / length_s))

    return step


async def _to_the_end(world: World) -> None:
    while (await world.tasks())[-1].state is not TaskState.DONE:
        await _pass(world, STEP_S)
    for _ in range(int(AFTER_S / STEP_S)):
        await _pass(world, STEP_S)


async def _pass(world: World, seconds: float) -> None:
    """Let real work settle before more time passes: else a step would hold many."""
    await world.env.settle()
    await world.clock.advance(seconds)
