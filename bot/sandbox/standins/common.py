"""What the stand-ins share: one server each, faults, files that end, jobs that take time.

To add one, write a class that is made from a `Desk` and has `routes()`: each route gets the name of
its call ("submit", "poll", "upload", "balance" ...), by which faults are laid on it and tests read
what was sent. It checks its own key (`desk.key`), edits with `desk.paint`, hands pictures out
with `desk.publish` and asks `desk.behaves(word, prompt)` whether to go wrong. `serving(Class)` runs
it; `/_control` shows (GET), sets (POST) and clears (DELETE) faults from outside.
"""

import asyncio
import secrets
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import uuid4

from aiohttp import ClientError, ClientSession, ClientTimeout, web
from PIL import Image

from bot.sandbox.standins.engine import DETAIL_PX, paint
from bot.sandbox.standins.faults import (
    FOREIGN_URL,
    PRIVATE_URL,
    Behavior,
    Fault,
    Kind,
    spoiled,
)
from bot.sandbox.standins.hooks import Hooks

KEY = "standin-key"
BODY_BYTES_MAX = 64 * 1024 * 1024
FETCH_TIMEOUT_S = 10.0
SEEN_MAX = 200


@dataclass(frozen=True, slots=True)
class Seen:
    """One call that arrived: its name and its JSON, or its form with files as bytes."""

    call: str
    body: Any
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _File:
    data: bytes
    content_type: str
    ends_at: float


@dataclass
class Remote:
    """A job of the service: made when its time has come, and once only."""

    id: str
    wish: Any
    began_at: float
    ready_at: float
    make: Callable[[], Awaitable[Any]]
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _made: list[Any] = field(default_factory=list[Any])

    @property
    def fraction(self) -> float:
        """How far it is, 0..1; 1 when its outcome may be asked for."""
        took_s, whole_s = time.monotonic() - self.began_at, self.ready_at - self.began_at
        return min(1.0, took_s / whole_s) if whole_s > 0 else 1.0

    async def outcome(self) -> Any:
        """What `make` gave."""
        async with self._lock:
            if not self._made:
                self._made.append(await self.make())
            return self._made[0]


class Desk:
    """The state of one stand-in; `pace_s` is how long its jobs take, `detail_px` how fine."""

    def __init__(
        self, key: str, pace_s: float, file_life_s: float, detail_px: int = DETAIL_PX
    ) -> None:
        self.key, self.pace_s, self.file_life_s = key, pace_s, file_life_s
        self._detail_px = detail_px
        self.origin = ""
        self.faults: dict[str, Fault] = {}
        self.behavior: set[str] = set()
        self.seen: deque[Seen] = deque(maxlen=SEEN_MAX)
        self.jobs: dict[str, Remote] = {}
        self.session: ClientSession | None = None
        self.hooks = Hooks()
        self._calls: Counter[str] = Counter()
        self._files: dict[str, _File] = {}

    def calls(self, name: str) -> int:
        """How often a call has arrived."""
        return self._calls[name]

    def sent(self, name: str) -> list[Seen]:
        """The last of these calls, oldest first."""
        return [each for each in self.seen if each.call == name]

    def behaves(self, word: str, prompt: str = "") -> bool:
        """Whether to go wrong in this way."""
        return word in self.behavior or f"#{word}" in prompt

    def start(
        self,
        wish: Any,
        make: Callable[[], Awaitable[Any]],
        remote_id: str = "",
        pace_s: float | None = None,
    ) -> Remote:
        """Take a job in; its id is unique over all runs."""
        now, pace_s = time.monotonic(), self.pace_s if pace_s is None else pace_s
        remote = Remote(remote_id or str(uuid4()), wish, now, now + pace_s, make)
        self.jobs[remote.id] = remote
        return remote

    async def paint(
        self, picture: Image.Image, mask: Image.Image, prompt: str, seed: int
    ) -> Image.Image:
        """Change what is masked."""
        return await paint(picture, mask, prompt, seed, self._detail_px)

    def publish(self, picture: bytes, prompt: str = "", name: str = "", kind: str = "png") -> str:
        """The address of a picture, spoiled as the behaviors want it."""
        if self.behaves(Behavior.FOREIGN_URL, prompt):
            return FOREIGN_URL
        if self.behaves(Behavior.PRIVATE_URL, prompt):
            return PRIVATE_URL
        return self.keep(self.spoil(picture, prompt), name, kind)

    def spoil(self, picture: bytes, prompt: str = "") -> bytes:
        """A picture as the behaviors want it."""
        return spoiled(picture, {word for word in Behavior if self.behaves(word, prompt)})

    def keep(self, data: bytes, name: str = "", kind: str = "png") -> str:
        """The address of these bytes while they live."""
        name = f"{name or secrets.token_hex(16)}.{kind}"
        ends_at = time.monotonic() + self.file_life_s
        self._files[name] = _File(data, f"image/{kind}", ends_at)
        return f"{self.origin}/files/{name}"

    async def fetch(self, url: object) -> bytes | None:
        """What is behind an address that a caller named; None where nothing can be had."""
        if not isinstance(url, str) or self.session is None:
            return None
        try:
            async with self.session.get(url) as response:
                return await response.read() if response.status == 200 else None
        except (ClientError, TimeoutError, ValueError):
            return None

    def call_back(
        self,
        url: object,
        remote: Remote,
        tell: Callable[[], Awaitable[Any]],
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Call an address that was named for a job, once it is ready."""
        after_s = max(0.0, remote.ready_at - time.monotonic())
        self.hooks.call(self.session, url, after_s, tell, headers)

    async def file(self, request: web.Request) -> web.StreamResponse:
        """Answer with a kept file."""
        found = self._files.get(request.match_info["name"])
        if found is None or found.ends_at < time.monotonic():
            return web.Response(status=404, text="no such file")
        return web.Response(body=found.data, content_type=found.content_type)

    async def control(self, request: web.Request) -> web.StreamResponse:
        """Show, set or clear what goes wrong."""
        if request.method == "DELETE":
            self.faults.clear()
            self.behavior.clear()
        if request.method == "POST":
            wanted = await request.json()
            self.behavior.update(wanted.get("behavior", ()))
            for call, fault in wanted.get("faults", {}).items():
                self.faults[call] = Fault(Kind(fault.pop("kind")), **fault)
        faults = {call: fault.kind for call, fault in self.faults.items()}
        shown = {"behavior": sorted(self.behavior), "faults": faults, "calls": self._calls}
        return web.json_response(shown)

    @web.middleware
    async def guard(
        self,
        request: web.Request,
        handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
    ) -> web.StreamResponse:
        """Note a call and break it where a fault lies on it."""
        resource = request.match_info.route.resource
        call = resource.name if resource else None
        if call is None:
            return await handler(request)
        if request.query.get("dryRun"):
            call = "quote"  # it starts nothing, so it is no submit
        self._calls[call] += 1
        fault = self.faults.get(call)
        is_late = fault is not None and fault.kind is Kind.LATE
        body = await _body(request, is_last=fault is not None and not is_late)
        self.seen.append(Seen(call, body, dict(request.headers)))
        if fault is None:
            return await handler(request)
        if fault.times:
            fault.times -= 1
            if not fault.times:
                del self.faults[call]
        if is_late:
            await asyncio.sleep(fault.wait_s)
            return await handler(request)
        return await fault.answer(request)


class StandIn(Protocol):
    """One service."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Its calls, each under its name."""
        ...


async def _body(request: web.Request, *, is_last: bool) -> Any:
    if request.content_type == "application/json":
        try:
            return await request.json()
        except ValueError:
            return None
    if request.content_type != "multipart/form-data":
        return None
    return {name: _value(value, is_last) for name, value in (await request.post()).items()}


def _value(value: str | bytes | bytearray | web.FileField, is_last: bool) -> str | bytes:
    """A field of a form; a file can be read again where the call goes on to its handler."""
    if not isinstance(value, web.FileField):
        return value if isinstance(value, str) else bytes(value)
    data = value.file.read()
    if is_last:
        value.file.close()
    else:
        value.file.seek(0)
    return data


def says(http_status: int = 200, /, **body: Any) -> web.Response:
    """A JSON answer."""
    return web.json_response(body, status=http_status)


@asynccontextmanager
async def serving(
    kind: Callable[[Desk], StandIn],
    *,
    key: str = KEY,
    port: int = 0,
    pace_s: float = 0.0,
    file_life_s: float = 86_400.0,
    detail_px: int = DETAIL_PX,
) -> AsyncGenerator[Desk]:
    """Serve one stand-in on loopback; port 0 takes any free one."""
    desk = Desk(key, pace_s, file_life_s, detail_px)
    app = web.Application(client_max_size=BODY_BYTES_MAX, middlewares=[desk.guard])
    app.add_routes(kind(desk).routes())
    app.router.add_get("/files/{name}", desk.file, name="file")
    app.router.add_route("*", "/_control", desk.control)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        desk.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with ClientSession(timeout=ClientTimeout(total=FETCH_TIMEOUT_S)) as desk.session:
            try:
                yield desk
            finally:
                await desk.hooks.close()
    finally:
        await runner.cleanup()
