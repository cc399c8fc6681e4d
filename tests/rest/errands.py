"""For each route, something that makes the bot use it; the fault begins just before."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.db.models import TaskRow
from bot.domain import TaskState
from tests.cogs.finding import change, finished
from tests.cogs.test_troubles import running
from tests.cogs.world import World
from tests.rest.routes import CHANNEL, FILES, INTERACTION, MEMBER, SYNC, Route
from tests.rest.threads import closed
from tests.rest.wire import Wire

S = TaskState
POST, HISTORY, FETCH, EDIT, DELETE, THREAD = CHANNEL
CALLBACK, FOLLOWUP, ANSWER = INTERACTION
Breaks = Callable[[], object]


@dataclass(frozen=True)
class Errand:
    """`run` calls `breaks` when everything stands ready; `makes` is how many tasks there may be."""

    name: str
    route: Route
    run: Callable[[World, Wire, Breaks], Awaitable[None]]
    makes: tuple[int, ...] = (1,)
    deletes: bool = False

    def __str__(self) -> str:
        return self.name


async def card(world: World, _: Wire, breaks: Breaks) -> None:
    breaks()
    await world.inpaint()


async def final(world: World, _: Wire, breaks: Breaks) -> None:
    gate = await running(world)
    breaks()
    gate.set()


async def ping(world: World, _: Wire, breaks: Breaks) -> None:
    gate = await running(world)
    await world.later(60)
    breaks()
    gate.set()


async def search(world: World, _: Wire, breaks: Breaks) -> None:
    """As after a kill between posting the card and keeping its id."""
    gate = await running(world)
    task = (await world.tasks())[-1]
    breaks()
    await world.forget_card(task.id)
    world.app.signals.changed(task.id)
    gate.set()


async def let_go(world: World, _: Wire, breaks: Breaks) -> None:
    """A card whose pictures only Discord still has is drawn anew."""
    task_id = await finished(world)
    breaks()
    now = world.clock.now()
    await change(world, task_id, let_go_at=now, view_rev=TaskRow.view_rev + 1)
    world.app.signals.changed(task_id)


async def delete(world: World, _: Wire, breaks: Breaks) -> None:
    await finished(world)
    breaks()
    await world.alice.click(world.card(), label="Delete")


async def unarchive(world: World, _: Wire, breaks: Breaks) -> None:
    thread = world.channel if world.channel.is_thread else world.thread()
    await world.env.settle()
    gate = await running(world, thread)
    world.channel = thread
    await closed(world, thread)
    breaks()
    gate.set()


async def refused(world: World, _: Wire, breaks: Breaks) -> None:
    """A press that is refused is answered beside the card."""
    await finished(world)
    shown = world.card()
    breaks()
    await world.bob.click(shown, label="Delete")


async def give(world: World, _: Wire, breaks: Breaks) -> None:
    """A gift so large that it is asked about first; the receiver is looked up when it is given."""
    await finished(world)
    given = await world.alice.slash(world.channel, "credits give", member=world.bob, amount=200)
    assert given.response
    breaks()
    await world.alice.click(given.response, label="Give them")


async def commands(world: World, _: Wire, breaks: Breaks) -> None:
    """A start after the commands have changed."""
    await finished(world)
    await world.app.state.set(f"commands:{world.bot.application_id}:all", "others")
    breaks()
    await world.restart()


ERRANDS = (
    Errand("card", POST, card),
    Errand("final", EDIT, final),
    Errand("ping", POST, ping),
    Errand("search", HISTORY, search),
    Errand("let-go", FETCH, let_go),
    Errand("delete", DELETE, delete, deletes=True),
    Errand("unarchive", THREAD, unarchive),
    Errand("refused", FOLLOWUP, refused),
    Errand("give", MEMBER[0], give),
    Errand("command", CALLBACK, card, makes=(0, 1)),
    Errand("answer", ANSWER, card),
    Errand("file", FILES[0], card, makes=(0, 1)),
    Errand("commands", SYNC[0], commands),
)
