"""What the bench of the painting page counts, and one opening in a real Chromium."""

from typing import Any

import pytest

from bench.figures import Skipped, at_most
from bench.page import draft, executable, served
from bench.page_load import DEVICES, Load, Wanted, Wire, loads, told
from bot.web.pages import read_static
from tests.e2e import chromium


def test_a_machine_without_chromium_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Skipped, match="no Chromium"):
        executable()


def test_only_what_crosses_the_wire_is_counted() -> None:
    wire, heard = Wire(), dict[str, Any]()

    class Session:
        on = staticmethod(heard.setdefault)

    wire.listen(Session())  # pyright: ignore[reportArgumentType]
    for name, url in (("1", "http://a/"), ("2", "blob:http://a/1"), ("1", "http://a/redirected")):
        heard["Network.requestWillBeSent"]({"requestId": name, "request": {"url": url}})
        heard["Network.loadingFinished"]({"requestId": name, "encodedDataLength": 100})
    heard["Network.loadingFinished"]({"requestId": "3", "encodedDataLength": 1000})
    assert (len(wire.requests), wire.sent_bytes) == (1, 200)


def test_the_median_opening_is_told() -> None:
    opened = [Load(10, 100, 200, 5, 2000), Load(30, 5000, 9000, 5, 2000), Load(20, 90, 90, 6, 3000)]
    figures = told("phone", opened, at_most(99, "ms"))
    assert [figure.value for figure in figures] == [100, 20, 200, 5, 2]
    assert not figures[0].holds


@pytest.mark.e2e
@pytest.mark.parametrize("empty", [True, False], ids=["empty", "with a mask"])
async def test_a_page_is_opened_cold_and_warm(empty: bool) -> None:
    chromium.executable()
    async with served(1000) as (browser, server):
        url = server.url(await draft(server, 1000, empty=empty))
        found = await loads(browser, Wanted(url, 1000, " here"), DEVICES[:1], 1)
    for cache, figures in (("cold", found[:5]), ("warm", found[5:])):
        assert figures[0].what == f"desktop here, {cache}: ready to paint"
        ready_ms, painted_ms, whole_ms, requests, sent_kb = (each.value for each in figures)
        assert 0 < painted_ms <= whole_ms
        assert 0 < ready_ms <= whole_ms
        # The page's own files; then the draft, a glance, its mask and the whole picture.
        assert requests == len(read_static()) + (3 if empty else 4)
        assert sent_kb > 100


@pytest.mark.e2e
@pytest.mark.timeout(60)
async def test_a_picture_that_never_comes_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    chromium.executable()
    monkeypatch.setattr("bench.page_load.DEADLINE_S", 2)
    async with served(100) as (browser, server):
        wanted = Wanted(server.url(await draft(server, 100)), 101)
        with pytest.raises(SystemExit, match="all 101 px of its picture within 2 s"):
            await loads(browser, wanted, DEVICES[:1], 1)
