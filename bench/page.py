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
PICTURE = "photograph.jpg"


async def run(rounds: int = ROUNDS) -> list[Figure]:
    """Some openings on each device, and one painting. Raises Skipped without a Chromium."""
    async with served(SIDE_PX) as (browser, server):
        empty, marked = await draft(server, SIDE_PX), await draft(server, SIDE_PX, empty=False)
        opened = Wanted(server.url(empty), SIDE_PX)
        resumed = Wanted(server.url(marked), SIDE_PX, " with a mask")
        return [
            *await loads(browser, opened, DEVICES, rounds),
            *await loads(browser, resumed, DEVICES[-1:], rounds),
            *await frames(browser, server, empty),
        ]


@asynccontextmanager
async def served(side_px: int) -> AsyncGenerator[tuple[Browser, PaintServer]]:
    """A browser, and the page's server with a photograph beside it."""
    chromium = executable()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        await asyncio.to_thread(photos.photo, side_px, folder / PICTURE)
        async with paint_server(folder) as server, _browser(chromium) as browser:
            yield browser, server


async def draft(server: PaintServer, side_px: int, *, empty: bool = True) -> Task:
    """A draft of the photograph; unless `empty`, with a mask that covers most of it."""
    return await server.draft((side_px, side_px), empty=empty, picture=server.folder / PICTURE)


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
