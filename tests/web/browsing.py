"""Asks a running app's web server over real HTTP, and reads the metrics page back."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from bot.app import App
from bot.web.server import serving


@dataclass(frozen=True, slots=True)
class Page:
    """A metrics page as Prometheus would read it."""

    families: dict[str, Metric]

    def value(self, name: str, **labels: str) -> float:
        """The one sample of this name that has these labels."""
        (found,) = [
            sample.value
            for family in self.families.values()
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]
        return found


class Browser:
    """A client of one server."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def metrics(self) -> Page:
        answer = await self.get("/metrics")
        assert answer.status_code == 200
        families = list(text_string_to_metric_families(answer.text))
        assert len({family.name for family in families}) == len(families)
        return Page({family.name: family for family in families})


@asynccontextmanager
async def browsing(app: App) -> AsyncGenerator[Browser]:
    """Serve the app on a free port, its loops not running."""
    async with (
        serving(app.watch, "127.0.0.1", 0) as address,
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=45) as client,
    ):
        yield Browser(client)
