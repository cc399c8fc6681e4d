"""Whatever a stranger sends to either server: an answer within seconds, never 5xx, all headers."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.domain import Task
from bot.web.listen import HEADERS
from bot.web.server import serving
from tests.figures import counted
from tests.web.paint_server import PaintServer, paint_server
from tests.web.wire import Answer, wire

# The answers that our routes are meant to give; what else there is (a redirect to the page) is 308.
MEANT = {
    200,
    206,
    304,
    308,
    400,
    401,
    402,
    403,
    404,
    405,
    408,
    409,
    410,
    411,
    413,
    415,
    416,
    417,
    429,
}
NOT_READY = 503
ROUTES = (
    "/healthz", "/readyz", "/metrics", "/edit", "/edit/", "/edit/static/main.js", "/edit/api/draft",
    "/edit/api/glance", "/edit/api/picture", "/edit/api/mask", "/edit/api/progress",
    "/edit/api/result/1", "/edit/api/submit", "/media/a/t1/picture.png", "/hooks/scripted/t1/x",
    "/", "*",
)  # fmt: skip
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "get")
PIECES = (
    "..",
    "%2e%2e",
    "%00",
    "%",
    "%ff",
    "//",
    ";",
    "a" * 300,
    "%2F",
    "\\",
    "~",
    "link.key",
    "1",
)
NAMES = (
    "Authorization", "Content-Type", "Range", "If-None-Match", "If-Modified-Since",
    "Accept-Encoding", "Sec-Fetch-Site", "X-Forwarded-For", "Cookie", "Origin", "Expect",
    "Upgrade", "Accept", "X-Webhook-Secret", "Content-Encoding",
)  # fmt: skip
VALUES = (
    "application/json", "text/html; charset=utf-99", "bytes=0-", "bytes=9-1", "bytes=-5,0-1", "*",
    "gzip", "deflate", "100-continue", "websocket", "cross-site", "same-origin", "Bearer ",
    "Bearer x", "Basic eDp5", "W/\"x\"", "Mon, 99 Foo 2026", "127.0.0.1", "",
    "multipart/form-data; boundary=x",
)  # fmt: skip
TEXT = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=12)
TARGETS = st.builds(
    lambda route, more, query: f"{route}{''.join(more)}{query}",
    st.sampled_from(ROUTES),
    st.lists(st.sampled_from(PIECES), max_size=2),
    st.sampled_from(["", "", "?", "?a=b", "?t=%", "?" + "x" * 2000, "?a=1&a=2"]),
).map(lambda target: target.replace(" ", "%20"))
HEADS = st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES) | TEXT), max_size=4)
BODIES = st.binary(max_size=60) | st.sampled_from(
    [b"", b"{}", b"[" * 60_000, b"x" * 70_000, b'{"strokes": 1}', b'{"a":' * 9000, b"null", b"\xff"]
)
QUICK = hypothesis_settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
async def server(tmp_path: Path) -> Any:
    async with paint_server(tmp_path) as opened:
        yield opened


@pytest.fixture
async def task(server: PaintServer) -> Task:
    return await server.draft()


def request(
    method: str, target: str, heads: list[tuple[str, str]], body: bytes, chunked: bool
) -> bytes:
    """The bytes of a request that is whole, however odd."""
    lines = [f"{method} {target} HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in heads]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if body else b"0\r\n\r\n"
    else:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def asked(address: str, sent: bytes) -> Answer | None:
    async with wire(address) as opened:
        return await opened.ask(sent)


def assert_sound(
    answer: Answer | None,
    *,
    may_be_no_http: bool = False,
    to_head: bool = False,
    proof: str = "hostile requests",
) -> None:
    """Answered as it is meant to be, with every header; a bare 400 for what is no HTTP."""
    counted(proof, sent=1, answers_of_5xx=bool(answer and answer.status >= 500))
    if answer is None or (may_be_no_http and answer.status == 400):
        return
    assert answer.status in MEANT
    assert "aiohttp" not in answer.headers["server"]
    for name in HEADERS:
        assert answer.headers[name.lower()]
    if to_head:
        assert not answer.body
    elif answer.headers.get("content-type", "").startswith("application/json"):
        assert answer.status < 400 or json.loads(answer.body)["error"]


@given(
    st.sampled_from(METHODS) | TEXT.map(lambda text: text.replace(" ", "") or "X"),
    TARGETS,
    HEADS,
    BODIES,
    st.booleans(),
    st.booleans(),
)
@QUICK
async def test_the_public_server_answers_whatever_it_is_asked(
    server: PaintServer,
    task: Task,
    method: str,
    target: str,
    heads: list[tuple[str, str]],
    body: bytes,
    chunked: bool,
    shown: bool,
) -> None:
    known = [("Authorization", f"Bearer {server.token(task)}")] if shown else []
    sent = request(method, target, [*known, *heads], body, chunked)
    answer = await asked(server.address, sent)
    assert_sound(answer, may_be_no_http=True, to_head=method == "HEAD")


@given(st.sampled_from(METHODS), TARGETS, HEADS, BODIES, st.booleans())
@QUICK
async def test_the_operator_s_server_answers_whatever_it_is_asked(
    server: PaintServer,
    method: str,
    target: str,
    heads: list[tuple[str, str]],
    body: bytes,
    chunked: bool,
) -> None:
    async with serving(server.app.watch, "127.0.0.1", 0) as address:
        answer = await asked(address, request(method, target, heads, body, chunked))
    if answer and answer.status == NOT_READY:
        assert target.startswith("/readyz")
        counted("hostile requests", sent=1, not_ready=1)
        return
    assert_sound(answer, may_be_no_http=True, to_head=method == "HEAD")


SUBMIT = b"POST /edit/api/submit HTTP/1.1\r\nHost: x\r\n"
BROKEN = [
    b"",
    b"\r\n\r\n",
    b"GET\r\n\r\n",
    b"GET / HTTP/1.1\r\n",
    b"GET / HTTP/3\r\n\r\n",
    b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://[ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET //[ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nA\0: b\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000 + b"\r\n",
    b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    SUBMIT + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde",
    SUBMIT + b"Content-Length: 99999999999999999999\r\n\r\n",
    SUBMIT + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    SUBMIT + b"Transfer-Encoding: chunked\r\n\r\n-1\r\n",
    SUBMIT + b"Transfer-Encoding: gzip\r\n\r\n",
    SUBMIT + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"\x16\x03\x01" + b"\0" * 200,
    b"\0" * 10_000,
]


@pytest.mark.parametrize("sent", BROKEN, ids=range(len(BROKEN)))
async def test_what_is_no_http_ends_its_connection_and_no_other(
    server: PaintServer, sent: bytes
) -> None:
    async with wire(server.address) as other, wire(server.address) as opened:
        await opened.end_after(sent)
        assert_sound(await opened.ask(b""), may_be_no_http=True)
        assert_sound(await other.ask(b"GET /edit/ HTTP/1.1\r\nHost: x\r\n\r\n"))
