"""discord.py's own HTTP code, with its retries and its waits, over SimCord's backend.

SimCord stands in for `HTTPClient.request` as a whole. Here that runs unchanged; only the session
below it answers from the backend, so that an answer can be broken as Discord breaks it. Whatever
discord.py sleeps is slept on the tests' clock.
"""

import asyncio
import contextvars
import json
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

import discord
import pytest
from aiohttp import ServerDisconnectedError
from discord.http import HTTPClient
from discord.webhook import async_ as webhook
from discord.webhook.async_ import AsyncWebhookAdapter
from multidict import CIMultiDict
from simcord.backend.errors import BackendError
from simcord.http import client as simulated
from simcord.http import router

from bot.delivery.client import RATELIMIT_WAIT_S
from tests.fakes import FakeClock
from tests.rest import threads
from tests.rest.faults import Fault, Lost
from tests.rest.history import right_after
from tests.rest.routes import FILES, Route, route_of

NONCE_S = 300.0
PUMP_S = 0.001


class Answer:
    """The part of an aiohttp response that discord.py reads."""

    def __init__(self, status: int, headers: dict[str, str], text: str) -> None:
        self.status, self.reason, self._text, self.data = status, "", text, b""
        self.headers: CIMultiDict[str] = CIMultiDict(headers)

    async def text(self, encoding: str = "utf-8") -> str:
        return self._text

    async def read(self) -> bytes:
        return self.data


@dataclass
class Planned:
    """A fault on a route; `times` is how many requests it still breaks, None for all.

    Only paths that begin with `within` are meant.
    """

    route: Route
    fault: Fault
    times: int | None
    within: str = ""

    def breaks(self, route: Route, path: str) -> bool:
        if self.route != route or self.times == 0 or not path.startswith(self.within):
            return False
        if self.times is not None:
            self.times -= 1
        return True


@dataclass
class Request:
    """One request as discord.py hands it to its session."""

    wire: "Wire"
    backend: Any
    method: str
    path: str
    json: Any
    params: Any
    files: Sequence[Any]

    def request(self, *_: Any, **__: Any) -> "Request":
        return self

    async def __aenter__(self) -> Answer:
        return self.wire.exchange(self)

    async def __aexit__(self, *_: object) -> None:
        return None


@dataclass
class Wire:
    """What was asked, what is to fail, and whether anybody waits inside discord.py."""

    clock: FakeClock
    planned: list[Planned] = field(default_factory=list)
    asked: list[Route] = field(default_factory=list)
    waits_s: list[float] = field(default_factory=list)
    nonces: dict[tuple[str, str], tuple[float, Answer]] = field(default_factory=dict)
    waiting: int = 0

    def plan(self, route: Route, fault: Fault, times: int | None = 1, within: str = "") -> Planned:
        """Break the next requests of a route."""
        planned = Planned(route, fault, times, within)
        self.planned.append(planned)
        return planned

    def mend(self) -> None:
        """Discord is well again."""
        self.planned.clear()

    def count(self, route: Route) -> int:
        return self.asked.count(route)

    async def sleep(self, seconds: float, result: Any = None) -> Any:
        """What discord.py sleeps, for `pump` to let it pass."""
        if seconds <= 0:
            return await asyncio.sleep(0, result)
        self.waits_s.append(seconds)
        self.waiting += 1
        try:
            await self.clock.sleep(seconds)
        finally:
            self.waiting -= 1
        return result

    async def pump(self) -> None:
        """Let time pass as long as somebody waits inside discord.py."""
        while True:
            await asyncio.sleep(PUMP_S)
            if self.waiting:
                await self.clock.advance(0.5 if self.waits_s[-1] < 30 else 20.0)

    def exchange(self, request: Request) -> Answer:
        """Answer as the backend does, or as a fault says."""
        route = route_of(request.method, request.path)
        assert route is not None, f"{request.method} {request.path} is not on the list"
        self.asked.append(route)
        fault = next(
            (each.fault for each in self.planned if each.breaks(route, request.path)), None
        )
        fault = fault or threads.refused(request.backend, request.method, request.path)
        if fault is None:
            return self._effect(request)
        if fault.is_gone:
            _take_away(request)
        if fault.took_effect:
            answer = self._effect(request)
            if answer.status >= 300:
                return answer
        if fault.lost is Lost.RESET:
            raise ConnectionResetError(104, "Connection reset by peer")
        if fault.lost is Lost.DISCONNECTED:
            raise ServerDisconnectedError
        return Answer(fault.status, fault.headers, fault.body)

    def _effect(self, request: Request) -> Answer:
        body = request.json if isinstance(request.json, dict) else {}
        key = (request.path, str(body.get("nonce"))) if body.get("enforce_nonce") else None
        now_s = self.clock.now().timestamp()
        if key in self.nonces and now_s - self.nonces[key][0] < NONCE_S:
            return self.nonces[key][1]
        answer = _dispatched(request)
        if key is not None and answer.status < 300:
            self.nonces[key] = (now_s, answer)
        return answer


def _take_away(request: Request) -> None:
    """What Discord calls unknown is not there."""
    match request.path.strip("/").split("/"):
        case ["channels", channel_id, "messages", message_id]:
            with suppress(BackendError):
                request.backend.delete_message(int(channel_id), int(message_id))
        case _:
            pass


def _dispatched(request: Request) -> Answer:
    if route_of(request.method, request.path) in FILES:
        answer = Answer(200, {}, "")
        answer.data = request.backend.cdn.get(request.params)
        return answer

    def ask(params: Any) -> Any:
        return router.dispatch(
            request.backend,
            request.method,
            request.path,
            json=request.json,
            params=params,
            files=list(request.files),
        )

    try:
        is_search = "after" in (request.params or {})
        said = right_after(ask, request.params) if is_search else ask(request.params)
    except (router.RouteNotImplemented, router.UnsupportedField):
        raise
    except BackendError as error:
        return Answer(error.status, JSON, json.dumps(error.to_json()))
    return Answer(200, JSON, json.dumps(said))


JSON = {"Content-Type": "application/json"}


class _Asyncio:
    """The module as discord.py sees it: it sleeps on the tests' clock."""

    def __init__(self, sleep: Callable[..., Any]) -> None:
        self.sleep = sleep

    def __getattr__(self, name: str) -> Any:
        return getattr(asyncio, name)


def sleeping(sleep: Callable[..., Any]) -> Any:
    """The module `asyncio` with another sleep, to be put into one of discord.py's modules."""
    return _Asyncio(sleep)


_current: contextvars.ContextVar[Request] = contextvars.ContextVar("request")


class _Session:
    """The session of the HTTP client: answers whatever request is being made in this context."""

    def request(self, *_: Any, **__: Any) -> Request:
        return _current.get()

    get = request


@asynccontextmanager
async def wired(clock: FakeClock, patch: pytest.MonkeyPatch) -> AsyncGenerator[Wire]:
    """Put discord.py's own code between the bot and SimCord until the block ends."""
    wire = Wire(clock)
    path_of = simulated._path_of

    async def request(
        self: Any, route: Any, *, files: Any = None, form: Any = None, **kwargs: Any
    ) -> Any:
        body, sent = kwargs.get("json"), list(files or ())
        if form is not None:
            form = list(form)
            body, sent = router.parse_form(form, sent)
        if not isinstance(self._global_over, asyncio.Event):
            self._global_over = asyncio.Event()
            self._global_over.set()
            self.max_ratelimit_timeout = RATELIMIT_WAIT_S
        self._HTTPClient__session = _Session()
        asked = Request(
            wire, self.backend, route.method, path_of(route.url), body, kwargs.get("params"), sent
        )
        token = _current.set(asked)
        try:
            return await HTTPClient.request(self, route, files=files, form=form, **kwargs)
        finally:
            _current.reset(token)

    async def hooked(
        self: Any, route: Any, session: Any = None, *, payload: Any = None, **kwargs: Any
    ) -> Any:
        body, sent = payload, list(kwargs.get("files") or ())
        if kwargs.get("multipart"):
            body, sent = router.parse_form(kwargs["multipart"], sent)
        self.__dict__.setdefault("_locks", WeakValueDictionary())
        asked = Request(
            wire, self.backend, route.method, path_of(route.url), body, kwargs.get("params"), sent
        )
        return await AsyncWebhookAdapter.request(self, route, asked, payload=payload, **kwargs)  # pyright: ignore[reportArgumentType]

    async def from_cdn(self: Any, url: str) -> bytes:
        self._HTTPClient__session = _Session()
        token = _current.set(Request(wire, self.backend, "GET", urlsplit(url).path, None, url, ()))
        try:
            return await HTTPClient.get_from_cdn(self, url)
        finally:
            _current.reset(token)

    shim = sleeping(wire.sleep)
    patch.setattr(simulated.FakeHTTPClient, "request", request)
    patch.setattr(simulated.FakeHTTPClient, "get_from_cdn", from_cdn)
    patch.setattr(simulated.FakeWebhookAdapter, "request", hooked)
    patch.setattr(discord.http, "asyncio", shim)
    patch.setattr(webhook, "asyncio", shim)
    pump = asyncio.get_running_loop().create_task(wire.pump(), context=contextvars.Context())
    try:
        yield wire
    finally:
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
