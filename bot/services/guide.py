"""The pictures of `/help`, each drawn once and kept beside the data."""

import asyncio
import logging
from pathlib import Path

from bot.errors import BotError
from bot.imaging.howto import draw_howto
from bot.services.ports import Pictures
from bot.services.version import version

log = logging.getLogger(__name__)


class Guide:
    """Draws what is missing in a picture worker."""

    def __init__(self, pictures: Pictures, folder: Path) -> None:
        self._pictures = pictures
        self._folder = folder
        self._one = asyncio.Lock()

    async def picture(self, name: str) -> Path | None:
        """The file; None when it cannot be drawn now, since the text helps without it."""
        target = self._folder / f"{name}-{version()}.webp"
        async with self._one:
            try:
                return await self._drawn(name, target)
            except (BotError, OSError) as error:
                log.warning("a picture of the help cannot be drawn: %s", error)
                return None

    async def _drawn(self, name: str, target: Path) -> Path:
        if not await asyncio.to_thread(target.exists):
            await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
            await self._pictures.short(draw_howto, name, target)
        return target
