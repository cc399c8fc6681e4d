import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from bot.errors import (
    AmbiguousSubmit,
    AuthFailed,
    BadAnswer,
    Filtered,
    NotSent,
    ProviderError,
    QuotaSpent,
    Rejected,
    Unavailable,
)
from bot.providers import api
from bot.providers.api import ApiClient, FilePart, open_client
from bot.providers.guard import FetchPolicy, origin_of

BASE = "http://127.0.0.1:9"
POLICY = FetchPolicy(hosts=("api.example",), base_url_origin=origin_of(BASE))
Step = httpx.Response | Exception


class Service:
    """A provider that answers what it is told to, in turn; the last answer stays."""

    def __init__(self, *steps: Step) -> None:
        self.steps = list(steps)
        self.requests: list[httpx.Request] = []
        self.pauses_s: list[float] = []

    async def handle(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        self.requests.append(request)
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        if isinstance(step, Exception):
            raise step
        return httpx.Response(step.status_code, headers=step.headers, content=step.content)

    async def sleep(self, seconds: float) -> None:
        self.pauses_s.append(seconds)

    def client(self) -> ApiClient:
        transport = httpx.MockTransport(self.handle)
        return ApiClient(httpx.AsyncClient(transport=transport), sleep=self.sleep)


def says(status: int, body: Any = None, **headers: str) -> httpx.Response:
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body or {"detail": "because"}, headers=headers)


def garbage(status: int) -> httpx.Response:
    return httpx.Response(status, text="<html>gateway</html>")


SUBMITS: dict[str, tuple[Step, type[ProviderError]]] = {
    "no connection": (httpx.ConnectError("x"), NotSent),
    "no connection in time": (httpx.ConnectTimeout("x"), NotSent),
    "no free connection": (httpx.PoolTimeout("x"), NotSent),
    "no answer in time": (httpx.ReadTimeout("x"), AmbiguousSubmit),
    "broken while reading": (httpx.ReadError("x"), AmbiguousSubmit),
    "broken while writing": (httpx.WriteError("x"), AmbiguousSubmit),
    "slow while writing": (httpx.WriteTimeout("x"), AmbiguousSubmit),
    "hung up": (httpx.RemoteProtocolError("x"), AmbiguousSubmit),
    "too many": (says(429), NotSent),
    "busy, says when": (says(503, Retry_After="7"), NotSent),
    "busy, says nothing": (says(503), AmbiguousSubmit),
    "bad request": (says(400), Rejected),
    "not found": (says(404), Rejected),
    "too large": (says(413), Rejected),
    "unprocessable": (says(422), Rejected),
    "unprocessable in HTML": (garbage(422), Rejected),
    "no key": (says(401), AuthFailed),
    "wrong key": (says(403), AuthFailed),
    "no money": (says(402), QuotaSpent),
    "request timed out there": (says(408), AmbiguousSubmit),
    "conflict": (says(409), AmbiguousSubmit),
    "moved": (says(303, Location="/elsewhere"), AmbiguousSubmit),
    "broken there": (says(500), AmbiguousSubmit),
    "broken on the way": (says(502), AmbiguousSubmit),
    "slow on the way": (says(504), AmbiguousSubmit),
    "accepted, unreadable": (garbage(200), AmbiguousSubmit),
    "accepted, empty": (httpx.Response(204), AmbiguousSubmit),
}


@pytest.mark.parametrize(("step", "expected"), SUBMITS.values(), ids=SUBMITS)
async def test_a_submit_is_made_once_and_ends_in_its_error(
    step: Step, expected: type[ProviderError]
) -> None:
    service = Service(step)
    with pytest.raises(ProviderError) as caught:
        await service.client().request(POLICY, "POST", f"{BASE}/jobs", json={}, submit=True)
    assert type(caught.value) is expected
    assert len(service.requests) == 1
    assert service.pauses_s == []


def _kinds(kind: type[httpx.TransportError]) -> list[type[httpx.TransportError]]:
    return [kind, *(below for each in kind.__subclasses__() for below in _kinds(each))]


@pytest.mark.parametrize("kind", _kinds(httpx.TransportError), ids=lambda kind: kind.__name__)
async def test_every_transport_error_of_httpx_is_mapped(kind: type[httpx.TransportError]) -> None:
    surely = issubclass(kind, api.SURELY_NOT_SENT)
    for submit, expected in ((True, NotSent if surely else AmbiguousSubmit), (False, Unavailable)):
        with pytest.raises(expected):
            await Service(kind("x")).client().request(POLICY, "POST", BASE, submit=submit)


async def test_when_to_try_a_submit_again_is_passed_on() -> None:
    for answer in (says(429, Retry_After="7"), says(503, Retry_After="7")):
        with pytest.raises(NotSent) as caught:
            await Service(answer).client().request(POLICY, "POST", BASE, submit=True)
        assert caught.value.retry_after_s == 7


OTHERS: dict[str, tuple[Step, type[ProviderError], int]] = {
    "no connection": (httpx.ConnectError("x"), Unavailable, 4),
    "no answer in time": (httpx.ReadTimeout("x"), Unavailable, 4),
    "too many": (says(429), Unavailable, 4),
    "broken there": (says(500), Unavailable, 4),
    "busy": (says(503), Unavailable, 4),
    "unreadable": (garbage(200), BadAnswer, 4),
    "no key": (says(401), AuthFailed, 1),
    "wrong key": (says(403), AuthFailed, 1),
    "no money": (says(402), QuotaSpent, 1),
    "not found": (says(404), Rejected, 1),
    "gone": (says(410), Rejected, 1),
    "moved": (says(302, Location="http://127.0.0.1:9/x"), BadAnswer, 1),
}


@pytest.mark.parametrize(("step", "expected", "attempts"), OTHERS.values(), ids=OTHERS)
async def test_another_call_is_repeated_while_the_failure_may_pass(
    step: Step, expected: type[ProviderError], attempts: int
) -> None:
    service = Service(step)
    with pytest.raises(ProviderError) as caught:
        await service.client().request(POLICY, "GET", f"{BASE}/jobs/1")
    assert type(caught.value) is expected
    assert len(service.requests) == attempts
    assert service.pauses_s == sorted(service.pauses_s)


async def test_a_passing_failure_is_not_noticed() -> None:
    service = Service(httpx.ReadError("x"), says(502), garbage(200), says(200, {"id": 1}))
    assert await service.client().request(POLICY, "GET", BASE) == {"id": 1}
    assert len(service.requests) == 4


async def test_an_empty_answer_is_an_answer() -> None:
    service = Service(httpx.Response(204))
    assert await service.client().request(POLICY, "DELETE", BASE) is None


async def test_the_server_says_how_long_to_wait() -> None:
    service = Service(says(429, Retry_After="17"), says(200))
    await service.client().request(POLICY, "GET", BASE)
    assert service.pauses_s == [17]


def busy(status: int, body: Any) -> ProviderError | None:
    return NotSent(retry_after_s=body.get("retry_after"))


@pytest.mark.parametrize(("body", "pause_s"), [({"retry_after": 30}, 30), ({"busy": 1}, 7)])
async def test_words_for_being_busy_end_nothing_that_has_begun(
    body: dict[str, int], pause_s: float
) -> None:
    service = Service(says(429, body, Retry_After="7"), says(200, {"id": 1}))
    assert await service.client().request(POLICY, "POST", BASE, explain=busy) == {"id": 1}
    assert service.pauses_s == [pause_s]
    always = Service(says(429, body, Retry_After="7"))
    with pytest.raises(Unavailable):
        await always.client().request(POLICY, "POST", BASE, explain=busy)
    with pytest.raises(NotSent) as caught:
        await always.client().request(POLICY, "POST", BASE, submit=True, explain=busy)
    assert caught.value.retry_after_s == pause_s


async def test_nobody_waits_longer_than_a_minute() -> None:
    service = Service(says(429, Retry_After="61"), says(200))
    with pytest.raises(Unavailable):
        await service.client().request(POLICY, "GET", BASE)
    assert service.pauses_s == []


async def test_files_are_sent_whole_again() -> None:
    service = Service(says(502), says(200))
    files = {"image": FilePart("a.png", b"pixels")}
    await service.client().request(POLICY, "POST", BASE, data={"n": "1"}, files=files)
    first, again = service.requests
    for request in (first, again):
        assert b"pixels" in request.content
        assert b'filename="a.png"' in request.content


async def test_a_provider_may_name_its_own_errors() -> None:
    def explain(status: int, body: Any) -> ProviderError | None:
        return Filtered() if body["detail"] == "nsfw" else None

    for detail, expected in (("nsfw", Filtered), ("size", Rejected)):
        service = Service(says(400, {"detail": detail}))
        with pytest.raises(expected):
            await service.client().request(POLICY, "POST", BASE, submit=True, explain=explain)


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:10/jobs",
        "https://127.0.0.1:9/jobs",
        "http://api.example/jobs",
        "https://api.example:444/jobs",
        "https://api.example.evil.example/jobs",
        "https://key@api.example/jobs",
        "ftp://api.example/jobs",
        "/jobs",
    ],
)
async def test_a_call_to_another_origin_is_not_made(url: str) -> None:
    service = Service(says(200))
    with pytest.raises(BadAnswer):
        await service.client().request(POLICY, "GET", url)
    assert service.requests == []


async def test_a_listed_host_is_called_over_https() -> None:
    service = Service(says(200, {"id": 1}))
    url = "https://api.example/jobs/1?a=1"
    assert await service.client().request(POLICY, "GET", url, params={"b": "2"}) == {"id": 1}
    assert str(service.requests[0].url) == "https://api.example/jobs/1?a=1&b=2"


async def test_the_log_names_the_call_and_nothing_private(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="bot")
    service = Service(says(422, {"detail": "a red fox"}))
    with pytest.raises(Rejected) as caught:
        await service.client().request(
            POLICY,
            "POST",
            f"{BASE}/jobs?key=s3cret-one",
            params={"token": "s3cret-two"},
            headers={"Authorization": "Bearer s3cret-three"},
            json={"prompt": "a red fox"},
            submit=True,
        )
    assert "POST 127.0.0.1/jobs -> 422" in caplog.text
    for leak in ("s3cret", "fox"):
        assert leak not in caplog.text
        assert leak not in caught.value.log
    assert "detail" in caught.value.log


async def test_an_endless_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api, "ANSWER_BYTES_MAX", 10)
    with pytest.raises(AmbiguousSubmit):
        await Service(says(200)).client().request(POLICY, "POST", BASE, submit=True)
    with pytest.raises(Unavailable):
        await Service(says(200)).client().request(POLICY, "GET", BASE)


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any]


async def over_tcp(talk: Talk | None, timeout_s: float = 5.0) -> Any:
    """Submit over a real connection to a server that talks like this; None: nobody listens."""

    idle = asyncio.Event()
    idle.set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert talk is not None
        idle.clear()
        with suppress(ConnectionError):
            await talk(reader, writer)
            writer.close()
            await writer.wait_closed()
        idle.set()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    if talk is None:
        server.close()
    policy = FetchPolicy(base_url_origin=origin_of(base))
    async with server, open_client() as client:
        try:
            return await ApiClient(client).request(
                policy, "POST", base, json={}, timeout_s=timeout_s, submit=True
            )
        finally:
            await idle.wait()


async def _hang_up(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")


async def _trickle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n")
    for _ in range(10):
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def _break_off(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"id"')


async def _accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b'HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n{"id": 1}')


async def test_over_a_real_connection() -> None:
    assert await over_tcp(_accept) == {"id": 1}
    with pytest.raises(NotSent):
        await over_tcp(None)
    for talk in (_hang_up, _break_off):
        with pytest.raises(AmbiguousSubmit):
            await over_tcp(talk)


async def test_the_time_out_is_for_the_whole_call() -> None:
    with pytest.raises(AmbiguousSubmit):
        await over_tcp(_trickle, timeout_s=0.2)
