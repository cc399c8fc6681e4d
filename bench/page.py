"""The painting page in a headless Chromium, with a picture of 2048 x 2048: how soon, how smooth."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

from bench import photos
from bench.figures import Figure, Skipped
from bench.page_frames import frames
from bench.page_load import DEVICES, Wanted, loads
from bot.domain import Task
from tests.e2e.chromium import NAMES, QUIET
from tests.web.paint_server import PaintServer, paint_server

SIDE_PX = 2048
ROUNDS = 3


async def run(rounds: int = ROUNDS) -> list[Figure]:
    """Some openings on each device, and one painting. Raises Skipped without a Chromium."""
    async with served(SIDE_PX) as (browser, server, task):
        wanted = Wanted(server.url(task), SIDE_PX)
        return [
            *await loads(browser, wanted, DEVICES, rounds),
            *await frames(browser, server, task),
        ]


@asynccontextmanager
async def served(side_px: int) -> AsyncGenerator[tuple[Browser, PaintServer, Task]]:
    """A browser, and the page with a draft of a photograph."""
    chromium = executable()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        picture = await asyncio.to_thread(photos.photo, side_px, folder / "picture.jpg")
        async with paint_server(folder) as server, _browser(chromium) as browser:
            yield browser, server, await server.draft((side_px, side_px), picture=picture)


def executable() -> str:
    """Chromium's path. Raises Skipped where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise Skipped("there is no Chromium on this machine (on Debian: apt install chromium)")
    return found


@asynccontextmanager
async def _browser(chromium: str) -> AsyncGenerator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        try:
            yield browser
        finally:
            await browser.close()
