"""Gives a draft whose provider is paused to one of those that it offers."""

from collections.abc import Mapping

from bot.db.engine import Database
from bot.domain import ReplyHandle, Task, TaskState
from bot.errors import NotYours, TaskGone
from bot.providers.base import Provider
from bot.services import rows
from bot.services.access import Who
from bot.services.choosing import Offer, offers_of
from bot.services.intake import Intake
from bot.services.tasks import Tasks

NOT_OFFERED = "That one is not on offer for this edit any more. Use `/inpaint` to begin anew."


class Taking:
    """Only changes whose draft it is; Go then asks everything again."""

    def __init__(
        self, db: Database, tasks: Tasks, providers: Mapping[str, Provider], intake: Intake
    ) -> None:
        self._db = db
        self._tasks = tasks
        self._providers = providers
        self._intake = intake

    async def take(
        self, task_id: str, slug: str, who: Who, reply: ReplyHandle | None = None
    ) -> Task:
        """Let this provider do it, for what the draft said; a second press changes nothing."""
        task = await self._tasks.get(task_id)
        if task is None or task.guild_id != who.guild_id:
            raise TaskGone
        if task.user_id != who.user_id:
            raise NotYours
        if task.state is TaskState.DRAFT and task.provider != slug:
            await self._give(task, self._offer(task, slug))
        return await self._intake.go(task_id, who, reply)

    def _offer(self, task: Task, slug: str) -> Offer:
        for offer in offers_of(task.offers):
            provider = self._providers.get(slug)
            if offer.slug == slug and provider and task.op in provider.spec.ops:
                return offer
        raise TaskGone(NOT_OFFERED)

    async def _give(self, task: Task, offer: Offer) -> None:
        """The offers stay until it is queued: what keeps it from going may not keep another."""
        columns = rows.given_columns(task, self._providers[offer.slug].spec, offer)
        async with self._db.write() as session:
            if not await self._tasks.redraft(session, task, columns):
                raise TaskGone
