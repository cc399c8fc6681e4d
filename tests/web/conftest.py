"""An app with a scripted provider, and a browser on its web server."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.app import App
from tests.services.engine import opened
from tests.services.scripted import Scripted
from tests.web.browsing import Browser, browsing
from tests.web.paint_server import PaintServer, paint_server


@pytest.fixture
def provider() -> Scripted:
    return Scripted()


@pytest.fixture
async def app(tmp_path: Path, provider: Scripted) -> AsyncGenerator[App]:
    """Nothing of it runs until a test says so."""
    async with opened(tmp_path / "data", provider) as opened_app:
        yield opened_app


@pytest.fixture
async def browser(app: App) -> AsyncGenerator[Browser]:
    async with browsing(app) as made:
        yield made


@pytest.fixture
async def server(tmp_path: Path) -> AsyncGenerator[PaintServer]:
    """A draft's page and all that serves it."""
    async with paint_server(tmp_path) as made:
        yield made
