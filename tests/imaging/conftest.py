"""Fixtures of the picture workers' tests."""

from collections.abc import AsyncIterator

import pytest

from bot.imaging.worker import PicturePool
from tests.imaging.workers import MEMORY_MIB, PATIENCE_S


@pytest.fixture
async def pool() -> AsyncIterator[PicturePool]:
    """One worker a lane."""
    async with PicturePool(1, 1, MEMORY_MIB, PATIENCE_S, PATIENCE_S) as opened:
        yield opened
