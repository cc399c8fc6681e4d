"""The pictures of a finished task as files that a server takes."""

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bot.delivery.poster import Poster
from bot.domain import TaskState
from bot.errors import BotError
from bot.services.cards import PostFile, TaskView

if TYPE_CHECKING:
    from bot.app import App

log = logging.getLogger(__name__)


class Gallery:
    """Asks the picture worker for copies under the server's limit."""

    def __init__(self, app: "App", poster: Poster) -> None:
        self._cards = app.cards
        self._poster = poster

    async def files(self, view: TaskView, rung: int = 0) -> Sequence[PostFile]:
        """Nothing while there is nothing to show, or when it cannot be read any more."""
        if view.task.state is not TaskState.DONE or not view.results:
            return ()
        try:
            limit_bytes = await self._limit_bytes(view.task.guild_id)
            return await self._cards.post_files(view, limit_bytes, rung)
        except BotError as error:
            log.error("the pictures cannot be shown: %s", error)
            return ()

    async def _limit_bytes(self, guild_id: int) -> int:
        """What Discord says that the server takes, or the less that it taught us."""
        told, learned = self._poster.limit_bytes(guild_id), await self._cards.upload_limit(guild_id)
        return min(told, learned or told)
