import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpcore
import httpx
import pytest
from aiohttp import web

from bot.errors import BadAnswer, PictureLost, ProviderError, Unavailable
from bot.providers.api import ApiClient
from bot.providers.fetch import Fetcher, keep, sniff
from bot.providers.guard import FetchPolicy, origin_of
from tests.figures import counted
from tests.providers.addresses import LISTED, PRIVATE, PUBLIC, REFUSED_URLS

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
Handler = Callable[[web.Request], web.StreamResponse | Awaitable[web.StreamResponse]]


class Names:
    """A name server that gives these answers in turn; the last one stays."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append(host)
        if not self.answers:
            raise OSError("no such name")
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Dial(httpcore.AsyncMockBackend):
    """Notes where it is sent and answers from memory: no test leaves this machine."""

    def __init__(self, *answers: bytes) -> None:
        super().__init__([])
        self.answers = list(answers)
        self.dialed: list[str] = []

    async def connect_tcp(
        self, host: str, *args: object, **kwargs: object
    ) -> httpcore.AsyncMockStream:
        self.dialed.append(host)
        return httpcore.AsyncMockStream([self.answers.pop(0)])


def ok(body: bytes = PNG) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def redirect(to: bytes) -> bytes:
    return b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: %b\r\n\r\n" % to


def names_in(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


async def test_a_listed_host_is_dialed_at_the_checked_address(tmp_path: Path) -> None:
    names, dial = Names([PUBLIC], ["127.0.0.1"]), Dial(ok())
    fetched = await Fetcher(names, dial).fetch(LISTED, "https://cdn.example/a.png", tmp_path / "a")
    assert (fetched.format, fetched.bytes) == ("PNG", len(PNG))
    assert (tmp_path / "a").read_bytes() == PNG
    assert dial.dialed == [PUBLIC]
    assert names.asked == ["cdn.example"]
    assert names_in(tmp_path) == ["a"]


@pytest.mark.parametrize("url", ["https://evil.example/a.png", "https://127.0.0.1/a.png", ""])
async def test_an_address_off_the_list_is_refused_unasked(tmp_path: Path, url: str) -> None:
    names, dial = Names([PUBLIC]), Dial(ok())
    with pytest.raises(BadAnswer):
        await Fetcher(names, dial).fetch(LISTED, url, tmp_path / "a")
    assert (names.asked, dial.dialed) == ([], [])


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_listed_name_that_leads_inside_is_refused(tmp_path: Path, address: str) -> None:
    for answer in ([address], [PUBLIC, address], [address, PUBLIC]):
        dial = Dial(ok())
        with pytest.raises(BadAnswer, match="private"):
            await Fetcher(Names(answer), dial).fetch(
                LISTED, "https://cdn.example/a.png", tmp_path / "a"
            )
        assert dial.dialed == []
        counted("hostile addresses", names_that_lead_inside_refused=1, dialed=len(dial.dialed))


@pytest.mark.parametrize("host", ["a.files.example", "a.b.files.example"])
async def test_a_starred_host_takes_what_is_below_it(tmp_path: Path, host: str) -> None:
    fetcher = Fetcher(Names([PUBLIC]), Dial(ok()))
    assert await fetcher.fetch(LISTED, f"https://{host}/a.png", tmp_path / "a")


# As a redirect these lead back to where it came from.
BACK = {"https:/cdn.example/a.png", "//cdn.example/a.png", "https:///a.png", ""}
AWAY = [url for url in REFUSED_URLS if url not in BACK and "\ud800" not in url]


@pytest.mark.parametrize("target", [*AWAY, "http://cdn.example/b.png", "https://[", "//["])
async def test_each_redirect_passes_the_same_checks(tmp_path: Path, target: str) -> None:
    dial, url = Dial(redirect(target.encode())), "https://cdn.example/a.png"
    with pytest.raises(BadAnswer):
        await Fetcher(Names([PUBLIC]), dial).fetch(LISTED, url, tmp_path / "a")
    assert dial.dialed == [PUBLIC]
    counted("hostile addresses", redirects_refused=1, dialed=len(dial.dialed) - 1)


async def test_a_redirect_to_a_name_that_now_leads_inside_is_refused(tmp_path: Path) -> None:
    names, dial = Names([PUBLIC], ["127.0.0.1"]), Dial(redirect(b"/b.png"), ok())
    with pytest.raises(BadAnswer, match="private"):
        await Fetcher(names, dial).fetch(LISTED, "https://cdn.example/a.png", tmp_path / "a")
    assert dial.dialed == [PUBLIC]


@pytest.mark.parametrize(("hops", "is_fine"), [(3, True), (4, False)])
async def test_three_redirects_are_enough(tmp_path: Path, hops: int, is_fine: bool) -> None:
    dial = Dial(*[redirect(b"/next.png")] * hops, ok())
    fetching = Fetcher(Names([PUBLIC]), dial).fetch(
        LISTED, "https://cdn.example/a.png", tmp_path / "a"
    )
    if is_fine:
        assert (await fetching).format == "PNG"
    else:
        with pytest.raises(BadAnswer, match="redirects"):
            await fetching


async def test_a_name_that_cannot_be_looked_up_is_an_outage(tmp_path: Path) -> None:
    async def resolve(host: str, port: int) -> list[str]:
        raise UnicodeError(f"label too long in {host}:{port}")

    with pytest.raises(Unavailable):
        await Fetcher(resolve, Dial()).fetch(LISTED, "https://cdn.example/a", tmp_path / "a")


async def test_a_path_of_half_a_letter_is_asked_for_as_it_can_be_written(tmp_path: Path) -> None:
    fetcher = Fetcher(Names([PUBLIC]), Dial(ok()))
    assert await fetcher.fetch(LISTED, "https://cdn.example/\ud800.png", tmp_path / "a")


async def test_a_name_that_does_not_exist_is_an_outage(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        await Fetcher(Names(), Dial()).fetch(LISTED, "https://cdn.example/a", tmp_path / "a")


@asynccontextmanager
async def serving(handler: Handler) -> AsyncIterator[str]:
    """Serve on loopback, as an operator's own provider might."""

    async def handle(request: web.Request) -> web.StreamResponse:
        answer = handler(request)
        return answer if isinstance(answer, web.StreamResponse) else await answer

    app = web.Application()
    app.router.add_get("/{rest:.*}", handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def configured(base: str, **limits: float) -> FetchPolicy:
    return FetchPolicy(base_url_origin=origin_of(base), **limits)  # pyright: ignore[reportArgumentType]


async def test_the_configured_origin_may_be_private_and_plain(tmp_path: Path) -> None:
    seen: list[web.Request] = []

    def handler(request: web.Request) -> web.Response:
        seen.append(request)
        return web.Response(body=PNG)

    async with serving(handler) as base:
        await Fetcher().fetch(configured(base), f"{base}/a%20b.png?sig=%2Fx+y", tmp_path / "a")
    (request,) = seen
    assert request.raw_path == "/a%20b.png?sig=%2Fx+y"
    assert request.headers["Accept-Encoding"] == "identity"
    assert request.headers["Host"] == base.removeprefix("http://")


async def test_another_port_of_the_configured_host_is_refused(tmp_path: Path) -> None:
    async with serving(lambda _: web.Response(body=PNG)) as base:
        policy = configured("http://127.0.0.1:9")
        with pytest.raises(BadAnswer):
            await Fetcher().fetch(policy, f"{base}/a.png", tmp_path / "a")


ANSWERS: dict[str, tuple[dict[str, Any], type[ProviderError]]] = {
    "gone": ({"status": 404}, PictureLost),
    "signature over": ({"status": 403}, PictureLost),
    "outage": ({"status": 500}, Unavailable),
    "redirect to nowhere": ({"status": 302}, BadAnswer),
    "a part": ({"status": 206, "body": PNG}, BadAnswer),
    "a page": ({"body": b"<html>", "content_type": "image/png"}, BadAnswer),
    "SVG": ({"body": b"<svg>", "content_type": "image/svg+xml"}, BadAnswer),
    "empty": ({}, BadAnswer),
    "too large": ({"body": PNG + b"\0" * 1000}, BadAnswer),
}


@pytest.mark.parametrize("name", ANSWERS)
async def test_nothing_is_left_of_an_answer_that_is_no_picture(tmp_path: Path, name: str) -> None:
    answer, expected = ANSWERS[name]
    async with serving(lambda _: web.Response(**answer)) as base:
        with pytest.raises(ProviderError) as caught:
            await Fetcher().fetch(configured(base, bytes_max=500), base, tmp_path / "a")
    assert type(caught.value) is expected
    assert names_in(tmp_path) == []


async def test_a_slow_download_ends(tmp_path: Path) -> None:
    async def trickle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        for _ in range(100):
            await response.write(PNG)
            await asyncio.sleep(0.02)
        return response

    async with serving(trickle) as base:
        with pytest.raises(Unavailable, match="no whole picture"):
            await Fetcher().fetch(configured(base, total_s=0.1), base, tmp_path / "a")
    assert names_in(tmp_path) == []


async def test_a_download_is_tried_again_after_an_outage(tmp_path: Path) -> None:
    dial = Dial(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", ok())
    pauses_s: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses_s.append(seconds)

    async with httpx.AsyncClient() as client:
        api = ApiClient(client, fetcher=Fetcher(Names([PUBLIC]), dial), sleep=sleep)
        await api.download(LISTED, "https://cdn.example/a.png", tmp_path / "a")
    assert (len(dial.dialed), len(pauses_s)) == (2, 1)


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (PNG, "PNG"),
        (b"GIF89a", "GIF"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "WEBP"),
    ],
)
def test_the_type_is_seen_not_believed(head: bytes, expected: str) -> None:
    assert sniff(head) == expected


async def test_bytes_are_kept_only_if_they_are_a_picture(tmp_path: Path) -> None:
    assert (await keep(PNG, tmp_path / "a")).format == "PNG"
    for data in (b"", b"RIFF\0\0\0\0WAVE", b"<svg/>"):
        with pytest.raises(BadAnswer):
            await keep(data, tmp_path / "b")
    assert names_in(tmp_path) == ["a"]
