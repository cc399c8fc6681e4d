"""The painting page behind its server: links, and from a drawn mask to a result."""

import asyncio
import errno
import os
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import update

from bot.db.models import TaskRow
from bot.domain import MaskSource, Task, TaskState
from bot.errors import NotAllowed
from bot.imaging.drawn import draw
from bot.imaging.masks import load_core
from bot.imaging.strokes import parse
from bot.services import reading
from bot.services.blobs import KeptBlob
from bot.web.editor import LOOK_ON, EditLinks
from bot.web.tokens import Tokens, new_key
from tests.services.engine import ALICE, GUILD, assert_books, purse, until, working
from tests.services.scripted import Scripted, done
from tests.web.paint_server import BASE, PaintServer, paint_server
from tests.web.painters import SIZE, STROKE, assert_untouched, row, strokes, submit


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


@pytest.mark.parametrize(
    ("size", "first"), [((1600, 1200), (800, 600)), (SIZE, SIZE)], ids=["large", "small"]
)
async def test_a_large_picture_comes_small_first(
    server: PaintServer, size: tuple[int, int], first: tuple[int, int]
) -> None:
    task = await server.draft(size)
    async with server.client(task) as client:
        glance = await client.get("api/glance")
        picture = await client.get("api/picture")
    assert glance.headers["Content-Type"] == "image/jpeg"
    assert Image.open(BytesIO(glance.content)).size == first
    assert Image.open(BytesIO(picture.content)).size == size
    assert (glance.content == picture.content) is (first == size)


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
                for path in ("draft", "glance", "picture", "progress", "result/1"):
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
        for path in ("draft", "glance", "picture", "mask", "progress", "result/1"):
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
        server.clock.ahead = ahead - timedelta(minutes=2)
        assert (await client.get("api/progress")).status_code != 401
        server.clock.ahead += timedelta(minutes=4)
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
