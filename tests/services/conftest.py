"""Fixtures of the engine's tests."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.app import App
from tests.services.engine import opened, working
from tests.services.scripted import Scripted


@pytest.fixture
def provider() -> Scripted:
    """A provider that accepts and delivers."""
    return Scripted()


@pytest.fixture
async def app(tmp_path: Path, provider: Scripted) -> AsyncGenerator[App]:
    """The engine, running."""
    async with opened(tmp_path / "data", provider) as opened_app, working(opened_app):
        yield opened_app


@pytest.fixture
async def idle(tmp_path: Path, provider: Scripted) -> AsyncGenerator[App]:
    """The services without their loops: tasks stay queued."""
    async with opened(tmp_path / "data", provider) as opened_app:
        yield opened_app
