"""The little program that a container asks whether the bot is alive."""

import asyncio
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bot.app import App
from bot.web import probe
from tests.web.browsing import Browser

ROOT = Path(__file__).parents[2]


def port_of(browser: Browser) -> int:
    port = urlsplit(str(browser.client.base_url)).port
    assert port
    return port


async def run(folder: Path, *args: str, **environment: str) -> tuple[int | None, str]:
    """As Docker would: another process, which knows the settings only."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.web.probe", *args,
        cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, said.decode()


@pytest.mark.parametrize("host", ["127.0.0.1", "0.0.0.0"])  # noqa: S104
async def test_a_living_bot_is_told_from_one_that_is_not_ready(
    browser: Browser, tmp_path: Path, host: str
) -> None:
    where = {"WEB_HOST": host, "WEB_PORT": str(port_of(browser))}
    assert (await run(tmp_path, **where))[0] == 0
    code, said = await run(tmp_path, "/readyz", **where)
    assert code == 1
    assert "no write yet" in said


async def test_a_silent_port_is_a_failure(browser: Browser, tmp_path: Path) -> None:
    port = port_of(browser)
    await browser.client.aclose()
    is_ok, said = await asyncio.to_thread(probe.ask, "127.0.0.1", 9, "/healthz")
    assert not is_ok
    assert "no answer from 127.0.0.1 port 9" in said
    assert (await asyncio.to_thread(probe.ask, "127.0.0.1", port, "/healthz"))[0]


async def test_a_server_that_is_switched_off_is_no_failure(tmp_path: Path, app: App) -> None:
    code, said = await run(tmp_path, WEB_PORT="0")
    assert code == 0
    assert "nothing to ask" in said
