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

RUNGS_MAX = 6


class Gallery:
    """Asks the picture worker for copies under the server's limit."""

    def __init__(self, app: "App", poster: Poster) -> None:
        self._cards = app.cards
        self._poster = poster
        self._rungs: dict[str, int] = {}

    def smaller(self, task_id: str) -> None:
        """From now on smaller copies: the last ones were too large."""
        self._rungs[task_id] = self._rungs.get(task_id, 0) + 1

    def gave_up(self, task_id: str) -> bool:
        """Whether no copy is small enough."""
        return self._rungs.get(task_id, 0) > RUNGS_MAX

    def forget(self, task_id: str) -> None:
        """Nothing of this task is sent any more."""
        self._rungs.pop(task_id, None)

    async def files(self, view: TaskView) -> Sequence[PostFile]:
        """Nothing while there is nothing to show, or when it cannot be read any more."""
        rung = self._rungs.get(view.task.id, 0)
        if rung > RUNGS_MAX or view.task.state is not TaskState.DONE or not view.results:
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
