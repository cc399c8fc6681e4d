"""Whatever comes over a path that only the provider knows: taken or refused, never believed."""

import asyncio
import gzip
import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot import wiring
from bot.app import App
from bot.domain import Task, TaskState
from bot.providers import apiframe_answers, modelslab_answers
from bot.sandbox.standins.common import Desk
from bot.services import reading
from bot.web.webhooks import BODY_BYTES_MAX, HookLinks
from tests.figures import counted
from tests.providers.case import Case
from tests.providers.cases import CASES
from tests.providers.faults import Row
from tests.providers.remotes import bodies
from tests.providers.stage import asked
from tests.rights import ROOT
from tests.services.engine import assert_books, until
from tests.web.outside import SECRET_HEADER
from tests.web.reached import reached
from tests.web.test_hostile_http import HEADS, TEXT, assert_sound, request
from tests.web.test_hostile_http import asked as sent_to

# Longer than any test takes: only a call can make the bot ask, and no job ends by itself.
NEVER_S = 36_000.0
KINDS = {0: "hung_up", 200: "taken", 400: "unreadable", 404: "forged", 413: "too_long"}
CALLERS = {slug: case for slug, case in CASES.items() if case.spec.webhooks}


@dataclass(frozen=True)
class Called:
    """An edit that is under way at a provider which calls us."""

    case: Case
    desk: Desk
    app: App
    task: Task
    hooks: HookLinks

    @property
    def path(self) -> str:
        return urlsplit(self.hooks.url(self.task.provider, self.task.id)).path

    @property
    def secret(self) -> str:
        return self.hooks.secret(self.task.provider, self.task.id)

    async def call(self, heads: list[tuple[str, str]], body: bytes, chunked: bool = False) -> int:
        """The status that the provider reads; 0 where the connection is ended."""
        sent = request("POST", self.path, heads, body, chunked)
        answer = await sent_to(str(self.app.settings.public_url), sent)
        assert_sound(answer, may_be_no_http=True, proof="webhooks")
        return answer.status if answer else 0

    async def assert_goes_on(self) -> None:
        """Neither ended nor charged nor shown."""
        found = await self.app.tasks.get(self.task.id)
        assert found is not None
        assert (found.state, found.remote_id) == (TaskState.RUNNING, self.task.remote_id)
        assert (found.held, found.settled) == (self.task.held, 0)
        async with self.app.db.read() as session:
            assert await reading.results(session, [found.id]) == []


@pytest.fixture(params=CALLERS.values(), ids=CALLERS)
async def called(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncGenerator[Called]:
    case: Case = request.param
    for module in (apiframe_answers, modelslab_answers):
        monkeypatch.setattr(module, "POLL_AFTER_S", NEVER_S)
    paces = {"pace_s": NEVER_S, "detail_px": 0}
    there = reached(tmp_path, case.standin, case.factory, case.settings, **paces)
    async with there as (desk, app):
        task = await asked(app, case, Row("at rest"), tmp_path)
        task = await until(app, task.id, TaskState.RUNNING)
        links = wiring.links(app.settings, app.clock)
        assert links is not None
        yield Called(case, desk, app, task, links.hooks)


def told(pairs: list[tuple[str, str]]) -> str:
    """An object as text, in which a name may come twice."""
    return f"{{{','.join(f'{name}:{value}' for name, value in pairs)}}}"


NUMBERS = st.sampled_from(
    ["0", "-1", "1e999", "-1e999", "NaN", "Infinity", "1" + "0" * 400, "9" * 5000, "1e-999", "-0.0"]
)
WORDS = st.sampled_from(
    ["success", "finished", "completed", "failed", "error", "processing", "", "\ud800", "\0",
     "nsfw", "Insufficient credits", "http://169.254.169.254/a.png", "x" * 3000]
).map(json.dumps)  # fmt: skip
LEAVES = NUMBERS | WORDS | st.sampled_from(["null", "true", "false", "[]", "{}", "[" * 900])
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda each: f"[{','.join(each)}]")
        | st.lists(st.tuples(WORDS, inner), max_size=3).map(told)
    ),
    max_leaves=5,
)
RAW = st.binary(max_size=80) | st.sampled_from(
    [b"", b"[]", b"null", b'"x"', b"\xff\xfe", b"\xef\xbb\xbf{}", b"[" * 60_000, b'{"a":' * 9000,
     b"{" * BODY_BYTES_MAX, b"{" * (BODY_BYTES_MAX + 1), gzip.compress(bytes(30_000_000)),
     gzip.compress(b'{"task_id": "t"}'), b"9" * 4300, b"a=b&c=d", b"--x\r\n\r\n--x--"]
)  # fmt: skip
CODECS = st.sampled_from(["utf-8"] * 6 + ["utf-16", "utf-32-be", "utf-8-sig", "latin-1"])
SAID = [
    ("Content-Type", "application/json"),
    ("Content-Type", "application/x-www-form-urlencoded"),
    ("Content-Type", "multipart/form-data; boundary=x"),
    ("Content-Type", "text/plain; charset=utf-99"),
    ("Content-Encoding", "gzip"),
    ("Content-Encoding", "deflate"),
    ("Content-Encoding", "br"),
    (SECRET_HEADER, ""),
    (SECRET_HEADER, "\xff\xfe"),
    ("X-Long", "x" * 7000),
]
ABOUT = st.lists(st.sampled_from(SAID), max_size=3) | HEADS.map(
    lambda heads: [each for each in heads if each[0] != "Expect"]
)


@st.composite
def almost(draw: st.DrawFn, known: list[dict[str, Any]]) -> bytes:
    """What the provider may say, with values of it changed, added a second time or cut off."""
    body = draw(st.sampled_from(known))
    pairs = [(json.dumps(name), json.dumps(value)) for name, value in body.items()]
    for _ in range(draw(st.integers(0, 3))):
        name = draw(st.sampled_from(sorted(body)).map(json.dumps) | TEXT.map(json.dumps))
        pairs.insert(draw(st.integers(0, len(pairs))), (name, draw(VALUES)))
    text = told(pairs).encode(draw(CODECS), "replace")
    return text[: draw(st.sampled_from([len(text)] * 4 + [len(text) // 2, len(text) - 1]))]


def ends(slug: str) -> list[bytes]:
    """What would end an edit if it were believed: done and failed, in every known way."""
    found = [bodies(slug)[name] for name, means in CASES[slug].means.items() if means[0] in "df"]
    return [json.dumps(body).encode() for body in found]


def sayings(slug: str) -> list[dict[str, Any]]:
    """All that is known of a provider's answers."""
    return [body for body in bodies(slug).values() if isinstance(body, dict)]


@hypothesis_settings(
    max_examples=70,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    # One edit takes them all, so that a smaller example would find another one.
    phases=[Phase.explicit, Phase.generate],
)
@given(data=st.data(), about=ABOUT, shown=st.booleans(), chunked=st.booleans())
async def test_whatever_is_told_over_a_path_of_ours_ends_nothing(
    called: Called,
    data: st.DataObject,
    about: list[tuple[str, str]],
    shown: bool,
    chunked: bool,
) -> None:
    body = data.draw(RAW | almost(sayings(called.task.provider)))
    heads = [(SECRET_HEADER, called.secret)] if shown else []
    status = await called.call([*heads, *about], body, chunked)
    assert status in {0, 200, 400, 404, 413}
    await called.assert_goes_on()
    counted("webhooks", **{"drawn": 1, KINDS[status]: 1})


async def test_what_is_told_makes_the_bot_ask_and_the_answer_alone_counts(called: Called) -> None:
    shown, asked_before = [(SECRET_HEADER, called.secret)], called.desk.calls("poll")
    for text in ends(called.task.provider):
        assert await called.call(shown, text) == 200
        await called.assert_goes_on()
        counted("webhooks", ends_told_and_not_believed=1)
    async with asyncio.timeout(45):
        while called.desk.calls("poll") == asked_before:  # noqa: ASYNC110 (it tells nobody)
            await asyncio.sleep(0.005)
    await called.assert_goes_on()
    (job,) = called.desk.jobs.values()
    job.ready_at = 0.0
    assert await called.call(shown, ends(called.task.provider)[0]) == 200
    found = await until(called.app, called.task.id)
    assert found.state is TaskState.DONE, found.error_text
    assert called.desk.calls("submit") == 1
    assert (found.held, found.settled) == (0, found.quoted)
    await assert_books(called.app)


def test_every_provider_that_calls_is_among_them() -> None:
    files = (ROOT / "bot" / "providers").glob("*.py")
    assert set(CALLERS) == {each.stem for each in files if "def heard(self" in each.read_text()} - {
        "parts"
    }
