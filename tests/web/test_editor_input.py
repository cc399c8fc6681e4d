"""The painting page's server against what nobody should send."""

import json
import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.imaging.strokes import OPERATIONS_MAX
from bot.web.editor import BODY_BYTES_MAX, CONTENT_SECURITY_POLICY, EditLinks
from bot.web.pages import read_static
from bot.web.tokens import Tokens, new_key
from tests.imaging.test_strokes import ALMOST, JSON
from tests.services.engine import ALICE
from tests.web.paint_server import PaintServer
from tests.web.painters import SIZE, STROKE, assert_untouched, strokes, submit

PAGE_GZIPPED_MAX_BYTES = 20_000
STATIC = ("static/main.js", "static/style.css")


BODIES: dict[str, Any] = {
    "nothing": b"",
    "no JSON": b"{",
    "a list": b"[]",
    "a number": b"3",
    "no UTF-8": b'{"strokes": "\xff"}',
    "half a code unit": b'{"strokes": "{}", "prompt": "\\ud800"}',
    "very deep": b"[" * 60_000,
    "no strokes": b"{}",
    "strokes are no text": {"strokes": {"size": SIZE, "operations": []}},
    "prompt is a list": {"strokes": strokes(), "prompt": ["x"]},
    "fields are a list": {"strokes": strokes(), "fields": ["x"]},
    "a field is a number": {"strokes": strokes(), "fields": {"count": 2}},
    "credits are a text": {"strokes": strokes(), "credits": "cheap"},
    "unknown field": {"strokes": strokes(), "fields": {"rights": "all"}},
    "count too high": {"strokes": strokes(), "fields": {"count": "5"}},
    "count is 0": {"strokes": strokes(), "fields": {"count": "0"}},
    "count of other digits": {"strokes": strokes(), "fields": {"count": "²"}},
    "grow is negative": {"strokes": strokes(), "fields": {"grow": "-1"}},
    "strength too high": {"strokes": strokes(), "fields": {"strength": "2"}},
    "strength is NaN": {"strokes": strokes(), "fields": {"strength": "nan"}},
    "seed is infinite": {"strokes": strokes(), "fields": {"seed": "inf"}},
    "seed is huge": {"strokes": strokes(), "fields": {"seed": "9" * 400}},
    "style unknown": {"strokes": strokes(), "fields": {"style": "wild"}},
    "empty drawing": {"strokes": json.dumps({"size": SIZE, "operations": []})},
    "cleared drawing": {"strokes": strokes(STROKE, {"t": "c"})},
    "beside the picture": {"strokes": strokes({"t": "s", "r": 2, "p": [-90, -90]})},
    "all of it": {"strokes": strokes({"t": "i"})},
    "another size": {"strokes": strokes(STROKE, size=(120, 160))},
    "not finite": {"strokes": strokes({"t": "s", "r": 2, "p": [float("nan"), 1]})},
    "one stroke too many": {"strokes": strokes(*[STROKE] * (OPERATIONS_MAX + 1))},
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
async def test_what_cannot_be_read_is_a_bad_request(server: PaintServer, body: Any) -> None:
    task = await server.draft()
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with server.client(task) as client:
        answer = await client.post(
            "api/submit", content=data, headers={"Content-Type": "application/json"}
        )
    assert answer.status_code == 400
    assert "Nothing was charged" in answer.json()["error"]
    await assert_untouched(server, task)


async def test_two_thousand_strokes_are_drawn(server: PaintServer) -> None:
    task = await server.draft()
    assert (await submit(server, task, *[STROKE] * OPERATIONS_MAX)).status_code == 200


@given(
    st.lists(ALMOST | JSON, max_size=3),
    st.dictionaries(
        st.sampled_from(["count", "seed", "strength", "style", "grow", "x"]), st.text()
    ),
    st.text(max_size=20) | JSON,
)
@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
async def test_nothing_that_is_sent_breaks_it(
    server: PaintServer, operations: list[Any], fields: dict[str, str], prompt: Any
) -> None:
    task = await server.draft()
    body = {"strokes": strokes(*operations), "fields": fields, "prompt": prompt}
    async with server.client(task) as client:
        # json.dumps writes NaN and Infinity, which httpx would not.
        answer = await client.post(
            "api/submit", content=json.dumps(body), headers={"Content-Type": "application/json"}
        )
    assert answer.status_code in (200, 400)
    # Else the good ones would soon be as many as a member may have.
    await server.app.tasks.cancel(task.id, ALICE, may_manage=False)


async def test_forms_of_other_sites_and_other_types_are_refused(server: PaintServer) -> None:
    task = await server.draft()
    async with server.client(task) as client:
        text = await client.post(
            "api/submit", content=strokes(), headers={"Content-Type": "text/plain"}
        )
        foreign = await client.post(
            "api/submit", json={"strokes": strokes()}, headers={"Sec-Fetch-Site": "cross-site"}
        )
    assert (text.status_code, foreign.status_code) == (415, 403)
    await assert_untouched(server, task)


async def test_a_body_has_a_limit(server: PaintServer) -> None:
    task = await server.draft()
    async with server.client(task) as client:
        long = await client.post("api/submit", json={"strokes": "x" * BODY_BYTES_MAX})
    assert long.status_code == 413
    await assert_untouched(server, task)


async def test_one_link_cannot_ask_without_end(server: PaintServer) -> None:
    task, other = await server.draft(), await server.draft()
    async with server.client(task) as client:
        statuses = [(await client.get("api/progress")).status_code for _ in range(40)]
    assert statuses[:30] == [200] * 30
    assert 429 in statuses[30:]
    async with server.client(other) as client:
        assert (await client.get("api/progress")).status_code == 200


async def test_looking_changes_nothing(server: PaintServer) -> None:
    task = await server.draft(empty=False)
    async with server.client(task) as client:
        for path in ("", server.token(task), "api/draft", "api/glance", "api/picture", "api/mask"):
            assert (await client.get(path)).status_code == 200
        assert (await client.get("api/submit")).status_code == 405
    await assert_untouched(server, task)


async def test_the_page_is_guarded(server: PaintServer) -> None:
    task = await server.draft()
    async with server.client(task) as client:
        for path in ("", *STATIC, "api/draft", "api/glance", "api/picture"):
            headers = (await client.get(path)).headers
            assert headers["Cache-Control"] == "no-store"
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "no-referrer"
            assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
            assert "Set-Cookie" not in headers
            assert "Access-Control-Allow-Origin" not in headers
        page = await client.get("")
        assert page.headers["Content-Security-Policy"] == CONTENT_SECURITY_POLICY
        assert "Strict-Transport-Security" not in page.headers
        assert (await client.get("static/main.js")).headers["Content-Type"].startswith("text/java")


async def test_only_the_page_s_files_are_served(server: PaintServer) -> None:
    async with server.client() as client:
        for path in ("static/../editor.py", "static/%2e%2e%2feditor.py", "static/", "nothing"):
            assert (await client.get(path)).status_code == 404
        home = await client.get(str(client.base_url).rstrip("/"))
    assert (home.status_code, home.headers["Location"]) == (308, "edit/")


def test_https_is_asked_for_where_the_address_has_it(server: PaintServer) -> None:
    tokens = Tokens([new_key()], server.app.clock)
    assert EditLinks("https://edit.example.org", tokens, server.app.clock).is_secure
    assert not EditLinks("http://localhost:1", tokens, server.app.clock).is_secure


def test_the_page_is_small_and_holds_no_inline_code() -> None:
    files = read_static()
    assert sum(len(each.packed) for each in files.values()) <= PAGE_GZIPPED_MAX_BYTES
    page = files["index.html"].plain.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert re.findall(r"<script[^>]*>(.*?)</script>", page) == [""]
    assert not re.search(r"https?://", page)


TEXTS = re.compile(r'"(?:[^"\\\n]|\\.)*"|`[^`]*`|/[^/\n]+/[a-z]*\.')


def test_programs_travel_without_spaces_that_mean_nothing() -> None:
    for path in (files("bot.web") / "static").iterdir():
        if path.name.endswith(".js"):
            source = re.sub(r"^\s*//.*\n", "", path.read_text("utf-8"), flags=re.MULTILINE)
            served = read_static()[path.name].plain.decode()
            assert TEXTS.findall(served) == TEXTS.findall(source)
            assert re.sub(r"\s", "", served) == re.sub(r"\s", "", source)
            assert len(served) < 0.97 * len(re.sub(r"^\s+", "", source, flags=re.MULTILINE))
