"""The counting provider without fault points, asked at a pace of one's own."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from bot.providers import Parts
from bot.providers.base import Job, Provider, Update, Waiting
from tests.crash.faults import Points
from tests.crash.provider import CountingProvider


class Paced(CountingProvider):
    """Tells the bot to ask again as late as its spec says."""

    async def submit(self, job: Job) -> Update:
        """Start the job."""
        return self._paced(await super().submit(job))

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask how far it is."""
        return self._paced(await super().poll(job, waiting))

    def _paced(self, update: Update) -> Update:
        if isinstance(update, Waiting):
            return replace(update, poll_after_s=self.spec.poll_after_s)
        return update


def factory(variant: str, base_url: str, **spec: Any) -> Callable[[Parts], Provider]:
    """What `open_app` takes; `spec` is what differs from the kill test's."""

    def made(parts: Parts) -> Provider:
        provider = Paced(parts.api, variant, base_url, Points())
        provider.spec = replace(provider.spec, **spec)
        return provider

    return made
