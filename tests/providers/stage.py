"""A provider behind the real engine over loopback HTTP, with a fault laid on its way."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any

import httpcore
import httpx

from bot.app import App
from bot.domain import MaskSource, Op, Task, TaskState
from bot.providers import Off, Parts
from bot.providers.api import ApiClient
from bot.providers.base import OpSpec, Travel
from bot.providers.fetch import Fetched, Fetcher
from bot.providers.guard import MIB, FetchPolicy
from bot.sandbox.standins.common import KEY, Desk, serving
from tests.providers.case import Case
from tests.providers.faults import Row
from tests.providers.media import media_links
from tests.providers.remotes import soon
from tests.services.engine import ALICE, assert_books, opened, purse, request, settings, working
from tests.services.scripted import ThreadPictures

GRANT = 100
NOBODY = 9
WAIT_S = 45
# Loading the world's certificates takes longer than a call on loopback, which needs none.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def scaled(provider: Any, changes: Mapping[str, Any]) -> Any:
    """The provider with a spec that is scaled down for a test."""
    spec = replace(provider.spec, **changes)
    if is_dataclass(provider):
        return replace(provider, spec=spec)
    vars(provider)["_spec"] = spec
    return provider


class Shut:
    """How often a call finds nobody: as often as the row says, always where it says nothing."""

    def __init__(self, row: Row) -> None:
        self._way, self._left = row.away, row.away_times or WAIT_S * 1000

    def way(self) -> str:
        """How this call fails; "" where it gets through."""
        self._left -= 1
        return self._way if self._left >= 0 else ""


class Doors(httpx.AsyncHTTPTransport):
    """The way to the calls, shut from the start or, for polls, once the job has begun."""

    def __init__(self, row: Row, case: Case, desk: Desk) -> None:
        super().__init__(verify=NO_TLS)
        self._shut, self._row, self._case, self._desk = Shut(row), row, case, desk

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        match self._shut.way() if self._is_meant(request) else "":
            case "refused":
                request.url = request.url.copy_with(port=NOBODY)
            case "timeout":
                raise httpx.ConnectTimeout("nobody answers the door", request=request)
            case _:
                pass
        return await super().handle_async_request(request)

    def _is_meant(self, request: httpx.Request) -> bool:
        if self._row.call == "poll":
            begun = self._desk.calls("submit") > 0
            return begun if self._case.starts else request.url.path.endswith("/inpaint")
        return self._row.call == "submit"


class Dial(httpcore.AnyIOBackend):
    """The way to the pictures."""

    def __init__(self, row: Row) -> None:
        self._shut = Shut(row)

    async def connect_tcp(self, host: str, port: int, *args: Any, **more: Any) -> Any:
        match self._shut.way():
            case "refused":
                port = NOBODY
            case "timeout":
                raise httpcore.ConnectTimeout("nobody answers the door")
            case _:
                pass
        return await super().connect_tcp(host, port, *args, **more)


class Hasty(Fetcher):
    """Waits for a picture no longer than a test can, and takes no more of it."""

    async def fetch(self, policy: FetchPolicy, url: str, target: Path) -> Fetched:
        return await super().fetch(replace(policy, total_s=2.0, bytes_max=MIB), url, target)


def _fetcher(row: Row) -> Fetcher:
    return Hasty(dial=Dial(row) if row.call == "file" else None)


@asynccontextmanager
async def at_fault(case: Case, row: Row, folder: Path) -> AsyncGenerator[tuple[Desk, App]]:
    """A provider whose stand-in does what the row says, behind the engine."""
    async with (
        media_links() as media,
        serving(case.standin, file_life_s=row.file_life_s, pace_s=row.pace_s, detail_px=0) as desk,
        httpx.AsyncClient(transport=Doors(row, case, desk)) as client,
    ):
        chosen = settings(folder, **case.settings(desk))
        api = ApiClient(client, fetcher=_fetcher(row), sleep=soon)
        made = case.factory(Parts(chosen, api, ThreadPictures(), media))
        assert not isinstance(made, Off)
        desk.faults |= row.laid()
        desk.behavior |= {row.behavior, case.queues if row.call == "poll" else ""} - {""}
        async with opened(folder / "data", scaled(made, row.spec)) as app, working(app):
            yield desk, app


async def ended(app: App, task_id: str, *states: TaskState) -> Task:
    """Wait, without asking again and again, for one of the states or for the end."""
    changed = asyncio.Event()
    leave = app.signals.subscribe(lambda _: changed.set())
    try:
        async with asyncio.timeout(WAIT_S):
            while True:
                changed.clear()
                task = await app.tasks.get(task_id)
                assert task is not None
                if task.state in states or (not states and task.state.is_terminal):
                    return task
                await changed.wait()
    finally:
        leave()


def op_of(case: Case) -> Op:
    """The operation that needs no earlier result."""
    inpaints = case.spec.ops[Op.INPAINT].image is not Travel.PARENT
    return Op.INPAINT if inpaints else Op.IMAGINE


def takes(case: Case) -> OpSpec:
    """What that operation takes."""
    return case.spec.ops[op_of(case)]


async def asked(app: App, case: Case, row: Row, folder: Path, **changes: Any) -> Task:
    """One wish of as many pictures as the row has, or as the provider always makes."""
    op, count = op_of(case), takes(case).makes or row.count
    if op is Op.INPAINT:
        return await app.intake.submit(request(folder, count=count, **changes))
    wish = request(folder, op=op, count=count, picture=None, mask=None, **changes)
    columns = {"draft_reason": None, "mask_source": MaskSource.NONE}
    return await app.intake.book(wish, case.spec, columns, None)


async def assert_money(app: App, task: Task) -> None:
    """Nothing is held any more, and only what was delivered was paid."""
    assert await purse(app, task.user_id or ALICE) == (GRANT - task.settled, 0)
    assert task.settled == 0 or task.state == "done"
    if task.count == 2:
        assert 0 < task.settled <= task.quoted / 2
    assert task.error_text is None or "not charged" in task.error_text
    await assert_books(app)


def assert_silent(logged: str, task: Task) -> None:
    """No key, no address of a picture and no prompt is told to anybody."""
    for told in (logged, task.error_text or ""):
        assert KEY not in told
        assert "/files/" not in told
        assert "/media/" not in told
        assert task.prompt not in told
