"""One member queues many edits, then others a few: at which place the last of the few starts."""

from pathlib import Path

from bot.app import App
from bot.services import rows
from tests.services.engine import opened, request, who
from tests.services.scripted import with_spec

IN_FLIGHT_MAX = 10
OF_ONE, MEMBERS, OF_EACH = 90, 5, 2
LAST_PLACE_MAX = 30
BIG = {"live_tasks_member_max": 1000, "live_tasks_guild_max": 1000, "first_grant_credits": 10_000}


async def last_place(folder: Path) -> int:
    """The place, from 1, at which the last of the small members' edits starts.

    The many are queued and as many in flight as may be before the first small member comes.
    """
    async with opened(folder / "data", with_spec(concurrency=IN_FLIGHT_MAX), **BIG) as app:
        first = await app.intake.submit(request(folder, "seed"))
        many = [first.id, *[await copy(app, first.id, 101, n) for n in range(OF_ONE - 1)]]
        started = await app.admission.admit()
        assert sorted(started) == sorted(many[:IN_FLIGHT_MAX])
        few = [
            await copy(app, first.id, 200 + member, n)
            for member in range(MEMBERS)
            for n in range(OF_EACH)
        ]
        order = await drained(app, started)
    assert sorted(order) == sorted([*many, *few])
    return 1 + max(order.index(task_id) for task_id in few)


async def drained(app: App, started: list[str]) -> list[str]:
    """The order in which all tasks start, one ending at a time."""
    order, running = list(started), list(started)
    while running:
        task = await app.tasks.get(running.pop(0))
        assert task is not None
        await app.tasks.cancel(task.id, task.user_id or 0, False)
        admitted = await app.admission.admit()
        order += admitted
        running += admitted
    return order


async def copy(app: App, task_id: str, user_id: int, n: int) -> str:
    """Another queued task over the same files, booked like any other."""
    old = await app.tasks.get(task_id)
    assert old is not None
    wish = rows.repeated(old, who(user_id), f"copy:{user_id}:{n}:{task_id}", None)
    columns = {**rows.copied_columns(old), "draft_reason": None, "parent_task_id": None}
    spec = app.providers[old.provider].spec
    task = await app.intake.book(wish, spec, columns, None)
    return task.id
