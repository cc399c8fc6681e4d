"""The painting page over real HTTP: who gets in, what is drawn, and everything that is refused."""

import asyncio
import errno
import json
import os
import re
from collections.abc import AsyncGenerator, Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import update

from bot.db.models import TaskRow
from bot.domain import MaskSource, Task, TaskState
from bot.errors import NotAllowed
from bot.imaging.drawn import draw
from bot.imaging.masks import load_core
from bot.imaging.strokes import OPERATIONS_MAX, parse
from bot.services import reading
from bot.services.blobs import KeptBlob
from bot.web.editor import BODY_BYTES_MAX, CONTENT_SECURITY_POLICY, LOOK_ON, EditLinks
from bot.web.pages import read_static
from bot.web.tokens import Tokens, new_key
from tests.imaging.test_strokes import ALMOST, JSON
from tests.services.engine import ALICE, GUILD, assert_books, purse, until, working
from tests.services.scripted import Scripted, done
from tests.web.paint_server import BASE, PaintServer, paint_server

SIZE = (160, 120)
STROKE = {"t": "s", "r": 12, "p": [20, 20, 90, 70]}
PAGE_GZIPPED_MAX_BYTES = 20_000


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[PaintServer]:
    async with paint_server(tmp_path) as made:
        yield made


def strokes(*operations: object, size: object = SIZE) -> str:
    return json.dumps({"size": size, "operations": operations or [STROKE]})


async def submit(
    server: PaintServer, task: Task, *operations: object, **body: Any
) -> httpx.Response:
    async with server.client(task) as client:
        return await client.post("api/submit", json={"strokes": strokes(*operations), **body})


async def row(server: PaintServer, task: Task) -> Task:
    found = await server.app.tasks.get(task.id)
    assert found is not None
    return found


async def assert_untouched(server: PaintServer, task: Task) -> None:
    """The draft is as it was, nothing is held, and no passing file is left."""
    assert await row(server, task) == task
    async with server.app.db.read() as session:
        assert sum(each.held for each in await reading.tasks(session)) == 0
    work = server.app.settings.data_dir / "work"
    assert not list(work.glob("*"))


async def test_what_is_drawn_is_the_mask_of_the_edit(server: PaintServer) -> None:
    task = await server.draft()
    fields = {"count": "2", "seed": "7", "strength": "0.5", "style": "bold", "grow": "0"}
    answer = await submit(server, task, STROKE, prompt="a blue vase", fields=fields, credits=14)
    assert (answer.status_code, answer.json()) == (200, {"state": "queued"})
    queued = await row(server, task)
    assert (queued.prompt, queued.count, queued.held, queued.quoted) == ("a blue vase", 2, 14, 14)
    assert queued.mask_source is MaskSource.PAGE
    assert (queued.options["seed"], queued.options["strength"]) == (7, 0.5)
    assert queued.options["extra"] == {"style": "bold"}
    async with server.app.db.read() as session:
        (mask,) = await reading.blob_paths(session, server.app.blobs, queued.mask_blob)
    expected = draw(parse(strokes(STROKE), SIZE), SIZE)
    assert load_core(mask, MaskSource.PAGE).image.tobytes() == expected.tobytes()
    assert server.members.asked == [(ALICE, GUILD, task.channel_id)]
    await assert_books(server.app)


async def test_the_mask_that_was_there_can_be_kept(server: PaintServer) -> None:
    task = await server.draft(empty=False)
    async with server.client(task) as client:
        facts = (await client.get("api/draft")).json()
        mask = Image.open(BytesIO((await client.get("api/mask")).content))
    assert facts["kept"] is True
    assert mask.size == SIZE
    assert mask.convert("RGBA").getchannel("A").getbbox() == (0, 0, 144, 120)
    assert (await submit(server, task, {"t": "k"}, {"t": "i"})).status_code == 200
    queued = await row(server, task)
    assert queued.mask_facts["box"][0] == pytest.approx(144, abs=queued.mask_facts["grow_px"])


async def test_from_the_link_to_the_result(tmp_path: Path) -> None:
    provider = Scripted(polls=[done])
    async with paint_server(tmp_path, provider) as server, working(server.app):
        task = await server.draft()
        async with server.client(task) as client:
            picture = await client.get("api/picture")
            assert picture.headers["Content-Type"] == "image/jpeg"
            assert Image.open(BytesIO(picture.content)).size == SIZE
            assert (await submit(server, task, prompt="a vase")).status_code == 200
            await until(server.app, task.id, TaskState.DONE)
            seen = (await client.get("api/progress")).json()
            assert (seen["over"], seen["title"]) == (True, "Repainted")
            assert seen["results"] == [{"n": 1, "alt": "The result: a vase"}]
            result = await client.get("api/result/1")
            assert Image.open(BytesIO(result.content)).size == SIZE
            assert (await client.get("api/result/2")).status_code == 410
            assert (await client.get("api/draft")).json()["state"] == "done"
            again = await client.post("api/submit", json={"strokes": strokes()})
            assert again.status_code == 410
            assert "used" in again.json()["error"]


async def test_a_page_shows_the_result_for_a_while_and_no_longer(tmp_path: Path) -> None:
    async with paint_server(tmp_path) as server, working(server.app):
        task = await server.draft()
        await submit(server, task)
        await until(server.app, task.id, TaskState.DONE)
        async with server.client(task) as client:
            for minutes, status in ((14, 200), (16, 410)):
                ended_at = server.app.clock.now() - timedelta(minutes=minutes)
                async with server.app.db.write() as session:
                    await session.execute(update(TaskRow).values(finished_at=ended_at))
                for path in ("draft", "picture", "progress", "result/1"):
                    assert (await client.get(f"api/{path}")).status_code == status


def other_key(server: PaintServer, task: Task) -> str:
    links = EditLinks(BASE, Tokens([new_key()], server.app.clock), server.app.clock)
    return (links.link(task) or "").partition("#t=")[2]


def other_purpose(server: PaintServer, task: Task) -> str:
    return server.links.tokens.make("media", task.id.encode().ljust(16, b"\0"), 600)


def altered(server: PaintServer, task: Task) -> str:
    token = server.token(task)
    return token[:20] + ("A" if token[20] != "A" else "B") + token[21:]


BAD_TOKENS: dict[str, Callable[[PaintServer, Task], str]] = {
    "none": lambda _server, _task: "",
    "rubbish": lambda _server, _task: "x" * 50,
    "a task's id": lambda _server, task: task.id,
    "altered": altered,
    "cut": lambda server, task: server.token(task)[:-1],
    "of another bot": other_key,
    "for a picture": other_purpose,
}


@pytest.mark.parametrize("make", BAD_TOKENS.values(), ids=BAD_TOKENS)
async def test_a_link_that_is_not_ours_opens_nothing(
    server: PaintServer, make: Callable[[PaintServer, Task], str]
) -> None:
    task = await server.draft()
    async with server.client() as client:
        client.headers["Authorization"] = f"Bearer {make(server, task)}".strip()
        for path in ("draft", "picture", "mask", "progress", "result/1"):
            assert (await client.get(f"api/{path}")).status_code == 401
        answer = await client.post("api/submit", json={"strokes": strokes()})
    assert answer.status_code == 401
    assert "Paint in browser" in answer.json()["error"]
    await assert_untouched(server, task)


async def test_a_link_is_the_same_each_time_and_ends(server: PaintServer) -> None:
    task = await server.draft()
    assert len({server.url(task) for _ in range(20)}) == 1
    assert len(server.url(task)) < 512
    async with server.client(task) as client:
        assert (await client.get("api/draft")).status_code == 200
        assert task.draft_expires_at is not None
        ahead = task.draft_expires_at + LOOK_ON - server.app.clock.now()
        server.clock.ahead = ahead - timedelta(seconds=5)
        assert (await client.get("api/progress")).status_code != 401
        server.clock.ahead += timedelta(seconds=10)
        assert (await client.get("api/progress")).status_code == 401


async def cancelled(server: PaintServer, task: Task) -> None:
    await server.app.tasks.cancel(task.id, ALICE, may_manage=False)


async def expired(server: PaintServer, task: Task) -> None:
    past = server.app.clock.now() - timedelta(seconds=1)
    async with server.app.db.write() as session:
        await session.execute(update(TaskRow).values(draft_expires_at=past))
    await server.app.tasks.expire_drafts()


async def gone_in_discord(server: PaintServer, task: Task) -> None:
    server.members.refusal = NotAllowed("You are not in that server any more, or I am not.")


async def banned(server: PaintServer, task: Task) -> None:
    await server.app.desk.guilds.block(GUILD, 1, ALICE, None, "spam in <#77>")


async def closing(server: PaintServer, task: Task) -> None:
    server.app.intake.close()


async def out_of_room(server: PaintServer, task: Task) -> None:
    async def refused(file: Path, width_px: int, height_px: int) -> KeptBlob:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    server.app.blobs.keep = refused


REFUSALS: dict[str, tuple[Callable[[PaintServer, Task], Any], int, str]] = {
    "cancelled": (cancelled, 410, "over"),
    "expired": (expired, 410, "over"),
    "not in the server": (gone_in_discord, 403, "not in that server"),
    "banned": (banned, 403, "spam in another channel"),
    "closing": (closing, 429, "restart"),
    "full disk": (out_of_room, 429, "My disk is full"),
}


@pytest.mark.parametrize(("prepare", "status", "word"), REFUSALS.values(), ids=REFUSALS)
async def test_everything_is_asked_again_on_submit(
    server: PaintServer, prepare: Callable[[PaintServer, Task], Any], status: int, word: str
) -> None:
    task = await server.draft()
    async with server.client(task) as client:
        await prepare(server, task)
        before = await row(server, task)
        answer = await client.post("api/submit", json={"strokes": strokes()})
    assert answer.status_code == status
    assert word in answer.json()["error"]
    assert "Nothing was charged" in answer.json()["error"]
    assert "<" not in answer.json()["error"]
    await assert_untouched(server, before)


async def test_of_two_submits_at_once_one_wins(server: PaintServer) -> None:
    task = await server.draft()
    answers = await asyncio.gather(*(submit(server, task) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 410, 410, 410]
    assert await purse(server.app) == (93, 7)
    await assert_books(server.app)


async def test_a_price_that_changed_is_shown_before_it_is_spent(server: PaintServer) -> None:
    task = await server.draft()
    answer = await submit(server, task, credits=5)
    assert answer.status_code == 409
    assert answer.json()["price"] == 7
    assert "7 credits now, not 5" in answer.json()["error"]
    await assert_untouched(server, task)
    assert (await submit(server, task, credits=7)).status_code == 200


async def test_credits_that_are_gone_refuse_and_keep_the_draft(tmp_path: Path) -> None:
    async with paint_server(tmp_path, first_grant_credits=10) as server:
        first, second = await server.draft(), await server.draft()
        assert (await submit(server, first)).status_code == 200
        answer = await submit(server, second)
        assert answer.status_code == 402
        assert "credits" in answer.json()["error"]
        assert await row(server, second) == second
        await assert_books(server.app)


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
        for path in ("", server.token(task), "api/draft", "api/picture", "api/mask"):
            assert (await client.get(path)).status_code == 200
        assert (await client.get("api/submit")).status_code == 405
    await assert_untouched(server, task)


async def test_the_page_is_guarded(server: PaintServer) -> None:
    task = await server.draft()
    async with server.client(task) as client:
        for path in ("", "static/main.js", "static/style.css", "api/draft", "api/picture"):
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
