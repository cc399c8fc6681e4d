"""Links to pictures, asked for over real HTTP as a provider would."""

import logging
import shutil
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.web.media import LIFE_S
from tests.web.outside import PNG, Outside, assert_hardened, assert_silent, outside


@pytest.fixture
async def door(tmp_path: Path) -> AsyncGenerator[Outside]:
    async with outside(tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    ("name", "kind"),
    [("picture.png", "image/png"), ("mask.png", "image/png"), ("picture.jpg", "image/jpeg")],
)
async def test_a_link_gives_one_picture_with_its_type(door: Outside, name: str, kind: str) -> None:
    link = door.link(door.picture(name))
    answer = await door.client.get(link)
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["Content-Type"] == kind
    assert_hardened(answer)
    head = await door.client.head(link)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == str(len(PNG))
    part = await door.client.get(link, headers={"Range": "bytes=0-7"})
    assert (part.status_code, part.content) == (206, PNG[:8])
    # Fetched twice, because services do.
    assert (await door.client.get(link)).content == PNG


async def test_every_changed_character_of_a_link_finds_nothing(door: Outside) -> None:
    door.picture("mask.png")
    door.picture("picture.png", "t2")
    link = door.link(door.picture()).removeprefix(door.links.base_url)
    for n in range(len("/media/"), len(link)):
        other = "x" if link[n] != "x" else "y"
        assert_silent(await door.client.get(f"{link[:n]}{other}{link[n + 1 :]}"), 404)


async def test_a_link_is_for_one_file_of_one_task(door: Outside) -> None:
    door.picture("mask.png")
    door.picture("picture.png", "t2")
    link = door.link(door.picture())
    for other in (
        link.replace("picture.png", "mask.png"),
        link.replace("/t1/", "/t2/"),
        link.replace("picture.png", "..%2Ft2%2Fpicture.png"),
        link.replace("/t1/", "/..%2ft1/"),
        link.replace("/t1/", "/t1/../t2/"),
        link.removesuffix("/picture.png"),
        f"{link}/",
        f"{link}%00",
        f"{door.links.base_url}/media/%2e%2e/%2e%2e/link.key",
        link.upper(),
    ):
        assert_silent(await door.client.get(other), 404)


async def test_a_link_ends_by_itself(door: Outside) -> None:
    link = door.link(door.picture())
    await door.clock.advance(LIFE_S - 1)
    assert (await door.client.get(link)).status_code == 200
    await door.clock.advance(2)
    assert_silent(await door.client.get(link), 404)


async def test_a_link_ends_with_its_task(door: Outside) -> None:
    file = door.picture()
    link = door.link(file)
    shutil.rmtree(file.parent)
    assert_silent(await door.client.get(link), 404)


async def test_only_files_made_ready_for_a_task_get_a_link(door: Outside, tmp_path: Path) -> None:
    media = door.links.media
    for file in (
        tmp_path / "picture.png",
        tmp_path / "blobs" / "t1" / "picture.png",
        door.work / "picture.png",
        door.work / "t1" / "deep" / "picture.png",
        door.work / "t1" / ".." / "picture.png",
        door.work / "up-x" / "picture.png",
        door.work / "t1" / "result.svg",
        door.work / "t1" / "secret",
        door.work / "t1" / ".png",
    ):
        assert media.link(file) is None


NOWHERE = [
    "/",
    "/media",
    "/media/",
    "/media/t1/picture.png",
    "/media/t1",
    "/healthz",
    "/readyz",
    "/metrics",
    "/hooks",
    "/hooks/",
    "/.env",
    "/link.key",
    "/..%2f..%2fetc%2fpasswd",
    "//etc/passwd",
    "/robots.txt",
    f"/{'a' * 4000}",
]


@pytest.mark.parametrize("path", NOWHERE)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "OPTIONS"])
async def test_everything_else_is_404_and_empty(door: Outside, path: str, method: str) -> None:
    door.picture()
    assert_silent(await door.client.request(method, f"{door.links.base_url}{path}"), 404)


async def test_a_picture_cannot_be_changed(door: Outside) -> None:
    link = door.link(door.picture())
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        answer = await door.client.request(method, link)
        assert_silent(answer, 405)
        assert answer.headers["Allow"] == "GET,HEAD"


async def test_no_link_is_logged(door: Outside, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    # The test's own client says what it asks for.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    link = door.link(door.picture())
    token = link.split("/")[-3]
    await door.client.get(link)
    await door.client.get(f"{link}x")
    await door.client.post(link)
    assert token not in caplog.text
