"""Each way in which a call fails: which error it becomes, and whether it is made again."""

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
from tests.providers.answering import BASE, POLICY, Service, Step, garbage, says

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


async def test_a_provider_may_name_its_own_errors() -> None:
    def explain(status: int, body: Any) -> ProviderError | None:
        return Filtered() if body["detail"] == "nsfw" else None

    for detail, expected in (("nsfw", Filtered), ("size", Rejected)):
        service = Service(says(400, {"detail": detail}))
        with pytest.raises(expected):
            await service.client().request(POLICY, "POST", BASE, submit=True, explain=explain)
