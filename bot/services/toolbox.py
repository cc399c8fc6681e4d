"""What a drive works with, and the two ways it waits."""

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bot.db.engine import Database
from bot.domain import Task
from bot.errors import NotSent, ProviderError
from bot.providers.base import Provider, ProviderSpec
from bot.services.blobs import Blobs
from bot.services.dispatch import EmbeddedDispatcher
from bot.services.ports import Clock, Pictures
from bot.services.tasks import Tasks
from bot.services.waiting import rung

PUT_OFF_S = 5.0
PUT_OFF_FOR_S = 120.0


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Shared by all drives; holds nothing of any task."""

    db: Database
    clock: Clock
    tasks: Tasks
    blobs: Blobs
    pictures: Pictures
    providers: Mapping[str, Provider]
    dispatcher: EmbeddedDispatcher
    work: Path

    def folder(self, task_id: str) -> Path:
        """Where a task's passing files lie; gone after its end."""
        return self.work / task_id

    def submit_over_at(self, task: Task, spec: ProviderSpec) -> datetime:
        """From then on a starting call cannot arrive any more."""
        return (task.submitted_at or task.updated_at) + timedelta(seconds=spec.submit_timeout_s)

    async def tidy(self, task_id: str) -> None:
        """Let a finished task's passing files go."""
        await asyncio.to_thread(shutil.rmtree, self.folder(task_id), ignore_errors=True)

    async def wait(self, task_id: str, until: datetime) -> None:
        """Until then, or until somebody nudges the task."""
        seconds = (until - self.clock.now()).total_seconds()
        await rung(self.dispatcher.nudged(task_id), self.clock.sleep(seconds))

    async def put_off(self, task: Task, error: ProviderError) -> bool:
        """Wait a little before preparing again; False when that has gone on for too long."""
        waited_s = (self.clock.now() - (task.queued_at or task.created_at)).total_seconds()
        if waited_s > PUT_OFF_FOR_S:
            return False
        delay_s = (
            error.retry_after_s if isinstance(error, NotSent) and error.retry_after_s else PUT_OFF_S
        )
        await self.wait(task.id, self.clock.now() + timedelta(seconds=delay_s))
        return True
