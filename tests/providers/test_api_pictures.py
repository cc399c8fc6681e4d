from pathlib import Path

import httpx
import pytest

from bot.errors import BadAnswer, ProviderError, Rejected, Unavailable
from bot.providers.guard import FetchPolicy, origin_of
from tests import assets
from tests.providers.answering import BASE, Service, Step, garbage, says

POLICY = FetchPolicy(base_url_origin=origin_of(BASE))


def shows(data: bytes, kind: str = "image/png") -> httpx.Response:
    return httpx.Response(200, content=data, headers={"Content-Type": kind})


def names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()]


async def posted(service: Service, target: Path) -> str:
    client = service.client()
    fetched = await client.picture(POLICY, f"{BASE}/paint", target, json={}, timeout_s=1.0)
    return fetched.format


async def test_a_picture_in_the_answer_is_written_as_it_came(tmp_path: Path) -> None:
    data = assets.encoded(assets.photo(8, 8), "WEBP")
    # The declared type is not believed, only that a picture was meant.
    assert await posted(Service(shows(data)), tmp_path / "out") == "WEBP"
    assert (tmp_path / "out").read_bytes() == data


REFUSED: dict[str, tuple[Step, type[ProviderError]]] = {
    "JSON instead": (says(200, {"error": "busy"}), BadAnswer),
    "a page instead": (garbage(200), BadAnswer),
    "nothing": (shows(b""), BadAnswer),
    "not what it says": (shows(b"<html>"), BadAnswer),
    "refused": (says(422), Rejected),
    "broken there": (says(500), Unavailable),
    "hung up": (httpx.RemoteProtocolError("x"), Unavailable),
}


@pytest.mark.parametrize(("step", "expected"), REFUSED.values(), ids=REFUSED)
async def test_anything_else_is_an_error_and_writes_nothing(
    step: Step, expected: type[ProviderError], tmp_path: Path
) -> None:
    service = Service(step)
    with pytest.raises(ProviderError) as caught:
        await posted(service, tmp_path / "out")
    assert len(service.requests) == 1
    assert type(caught.value) is expected
    assert names(tmp_path) == []


async def test_a_picture_is_asked_of_no_other_origin(tmp_path: Path) -> None:
    service = Service(shows(b""))
    with pytest.raises(BadAnswer):
        await service.client().picture(
            POLICY, "http://127.0.0.1:10/paint", tmp_path / "out", json={}, timeout_s=1.0
        )
    assert service.requests == []
