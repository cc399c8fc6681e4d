"""A provider as the engine calls it: what its calls come to is told to the breaker."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from bot.errors import ProviderError
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Failed,
    Job,
    Model,
    Provider,
    ProviderSpec,
    Update,
    Waiting,
)
from bot.services.breaker import Breaker

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Observed:
    """The same provider; only a job's end shows that it is well, a job accepted does not."""

    inner: Provider
    breaker: Breaker

    @property
    def spec(self) -> ProviderSpec:
        """The capabilities, as data."""
        return self.inner.spec

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Send what has to be there before the start."""
        return await self._told(job, self.inner.upload(job))

    async def submit(self, job: Job) -> Update:
        """Start the job."""
        return await self._judged(job, self.inner.submit(job))

    async def lookup(self, job: Job) -> Update | None:
        """Find a job after a lost submit."""
        return await self._told(job, self.inner.lookup(job))

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask how far the job is."""
        return await self._judged(job, self.inner.poll(job, waiting))

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Take the job back."""
        return await self.inner.cancel(job, waiting)

    async def download(self, picture: Delivered, target: Path) -> None:
        """Write one delivered picture; one that is missing says nothing about the next job."""
        await self.inner.download(picture, target)

    async def balance(self) -> Balance | None:
        """What is left."""
        return await self.inner.balance()

    async def models(self) -> tuple[Model, ...]:
        """The models a member may name."""
        return await self.inner.models()

    async def quote_units(self, job: Job) -> Decimal | None:
        """What this job would cost."""
        return await self.inner.quote_units(job)

    async def _judged(self, job: Job, call: Awaitable[Update]) -> Update:
        update = await self._told(job, call)
        match update:
            case Done():
                self.breaker.good(self.spec.slug)
            case Failed(error):
                await self.breaker.failed(self.spec.slug, job.task_id, error)
            case Waiting():
                pass
        return update

    async def _told(self, job: Job, call: Awaitable[T]) -> T:
        try:
            return await call
        except ProviderError as error:
            await self.breaker.failed(self.spec.slug, job.task_id, error)
            raise
