"""A picture service over HTTP as a provider, in the three ways of finding a lost submit again."""

import asyncio
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain import Op, SizeRule
from bot.errors import BadAnswer, Filtered, Rejected
from bot.providers import Parts
from bot.providers.api import ApiClient, FilePart
from bot.providers.base import (
    Balance,
    Delivered,
    Done,
    Failed,
    Idempotency,
    Job,
    Model,
    OpSpec,
    Price,
    PromptUse,
    Provider,
    ProviderSpec,
    Travel,
    Update,
    Waiting,
)
from bot.providers.guard import FetchPolicy, origin_of
from tests.crash.faults import Points
from tests.standin.provider import KEY

CREDITS_PER_PICTURE = 7
SUBMIT_TIMEOUT_S = 4.0
POLL_AFTER_S = 0.3
VARIANTS = ("none", "lookup", "key")


def slug(variant: str) -> str:
    """The provider's name in the bot."""
    return f"counting-{variant}"


def factory(variant: str, base_url: str, points: Points) -> Callable[[Parts], Provider]:
    """What `open_app` takes."""
    return lambda parts: CountingProvider(parts.api, variant, base_url, points)


class CountingProvider:
    """Builds and parses; the policy of the calls is the client's."""

    def __init__(self, api: ApiClient, variant: str, base_url: str, points: Points) -> None:
        self._api, self._base_url, self._points = api, base_url, points
        self._policy = FetchPolicy(base_url_origin=origin_of(base_url), total_s=10.0)
        self._headers = {"Authorization": f"Bearer {KEY}"}
        self.spec = _spec(variant)

    async def upload(self, job: Job) -> Mapping[str, str]:
        """Send nothing beforehand."""
        return {}

    async def submit(self, job: Job) -> Update:
        """Start the job; the key is sent in all variants and honored in one."""
        files = await asyncio.to_thread(_files, job)
        async with self._points.around("provider.submit"):
            body = await self._api.request(
                self._policy,
                "POST",
                f"{self._base_url}/jobs",
                headers={**self._headers, "Idempotency-Key": job.client_ref},
                data={
                    "client_ref": job.client_ref,
                    "prompt": job.prompt,
                    "count": str(job.count),
                    "width": str(job.fit.width_px),
                    "height": str(job.fit.height_px),
                },
                files=files,
                timeout_s=self.spec.submit_timeout_s,
                submit=True,
            )
        return parse(body)

    async def lookup(self, job: Job) -> Update | None:
        """Ask for the jobs that were started under our reference."""
        async with self._points.around("provider.lookup"):
            body = await self._ask("GET", "/jobs", {"client_ref": job.client_ref})
        return parse(body["jobs"][0]) if body["jobs"] else None

    async def poll(self, job: Job, waiting: Waiting) -> Update:
        """Ask how far it is."""
        async with self._points.around("provider.poll"):
            body = await self._ask("GET", f"/jobs/{waiting.remote_id}")
        return parse(body)

    async def cancel(self, job: Job, waiting: Waiting) -> bool:
        """Take it back while it runs."""
        async with self._points.around("provider.cancel"):
            body = await self._ask("POST", f"/jobs/{waiting.remote_id}/cancel")
        return bool(body["cancelled"])

    async def download(self, picture: Delivered, target: Path) -> None:
        """Fetch through the guard, which lets the configured origin be this machine."""
        async with self._points.around("provider.download"):
            await self._api.download(self._policy, picture.url or "", target)

    async def balance(self) -> Balance | None:
        """What is left."""
        return Balance(Decimal((await self._ask("GET", "/balance"))["units"]), "credits")

    async def models(self) -> tuple[Model, ...]:
        """No choice."""
        return ()

    async def quote_units(self, job: Job) -> Decimal | None:
        """As the spec says."""
        return None

    async def _ask(self, method: str, path: str, params: dict[str, str] | None = None) -> Any:
        return await self._api.request(
            self._policy, method, f"{self._base_url}{path}", headers=self._headers, params=params
        )


def _files(job: Job) -> dict[str, FilePart]:
    named = {"image": job.picture, "mask": job.mask}
    return {
        name: FilePart(f"{name}.png", path.read_bytes()) for name, path in named.items() if path
    }


def parse(body: dict[str, Any]) -> Update:
    """Return what an answer about a job means."""
    match body:
        case {"status": "queued" | "running" as stage, "id": remote_id, "percent": percent}:
            return Waiting(remote_id, POLL_AFTER_S, stage, percent)
        case {"status": "done", "id": remote_id, "pictures": [*pictures], "units": units}:
            return Done(tuple(_picture(each) for each in pictures), remote_id, Decimal(units))
        case {"status": "failed", "reason": "filtered"}:
            return Failed(Filtered())
        case {"status": "failed" | "cancelled"}:
            return Failed(Rejected())
        case _:
            raise BadAnswer(log=f"keys {sorted(body)}")


def _picture(body: dict[str, Any]) -> Delivered:
    return Delivered(url=body["url"], seed=body["seed"], remote_index=body["index"])


def _spec(variant: str) -> ProviderSpec:
    return ProviderSpec(
        slug=slug(variant),
        title=f"Counting ({variant})",
        site="https://provider.example",
        ops={
            Op.INPAINT: OpSpec(
                prompt=PromptUse.REQUIRED,
                image=Travel.MULTIPART,
                mask=Travel.MULTIPART,
                price=Price(Decimal(CREDITS_PER_PICTURE)),
                size=SizeRule(side_min_px=32, multiple_of_px=8),
                count_max=3,
            )
        },
        unit="credits",
        cancels=True,
        idempotency=Idempotency(variant),
        submit_timeout_s=SUBMIT_TIMEOUT_S,
        poll_after_s=POLL_AFTER_S,
        deadline_s=120.0,
        concurrency=3,
        starts_per_minute=100_000,
    )
