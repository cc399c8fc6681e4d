"""What tests of the painting page share."""

import json
from typing import Any

import httpx

from bot.domain import Task
from bot.services import reading
from tests.web.paint_server import PaintServer

SIZE = (160, 120)
STROKE = {"t": "s", "r": 12, "p": [20, 20, 90, 70]}


def strokes(*operations: object, size: object = SIZE) -> str:
    return json.dumps({"size": size, "operations": operations or [STROKE]})


async def submit(
    server: PaintServer, task: Task, *operations: object, **body: Any
) -> httpx.Response:
    async with server.client(task) as client:
        return await client.post("api/submit", json={"strokes": strokes(*operations), **body})


async def row(server: PaintServer, task: Task) -> Task:
    found = await server.app.tasks.get(task.id)
    assert found is not None
    return found


async def assert_untouched(server: PaintServer, task: Task) -> None:
    """The draft is as it was, nothing is held, and no passing file is left."""
    assert await row(server, task) == task
    async with server.app.db.read() as session:
        assert sum(each.held for each in await reading.tasks(session)) == 0
    work = server.app.settings.data_dir / "work"
    assert not list(work.glob("*"))
