"""Calls to a provider: to which origin, with what, what is kept of the answer, what is logged."""

import logging

import httpx
import pytest

from bot.errors import (
    AmbiguousSubmit,
    BadAnswer,
    Rejected,
    Unavailable,
)
from bot.providers import api
from bot.providers.api import FilePart
from tests.providers.answering import BASE, POLICY, Service, says


async def test_an_empty_answer_is_an_answer() -> None:
    service = Service(httpx.Response(204))
    assert await service.client().request(POLICY, "DELETE", BASE) is None


async def test_files_are_sent_whole_again() -> None:
    service = Service(says(502), says(200))
    files = {"image": FilePart("a.png", b"pixels")}
    await service.client().request(POLICY, "POST", BASE, data={"n": "1"}, files=files)
    first, again = service.requests
    for request in (first, again):
        assert b"pixels" in request.content
        assert b'filename="a.png"' in request.content


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
