"""The real engine with PUBLIC_URL set, its public server up, and a provider behind it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from bot import wiring
from bot.app import App, compose
from bot.db.engine import Database
from bot.providers import Factory, Off
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Provider
from bot.sandbox.standins.common import Desk, StandIn, serving
from bot.settings import Settings
from bot.web.address import free_port
from bot.web.public import Links
from bot.wiring import Ground
from tests.databases import fresh
from tests.providers.remotes import soon
from tests.services.engine import settings, unhurried, working
from tests.services.scripted import FastClock, ThreadPictures

Chosen = Callable[[Desk], dict[str, str]]


@asynccontextmanager
async def composed(
    chosen: Settings, provider: Provider, clock: FastClock, links: Links | None
) -> AsyncGenerator[App]:
    """Working, and published."""
    await asyncio.to_thread(fresh, chosen.database_path)
    db = Database(chosen.database_path)
    try:
        providers = {provider.spec.slug: unhurried(provider)}
        ground = Ground(chosen, clock, db, ThreadPictures(), providers, links=links)
        app = compose(ground)
        async with app.published(), working(app):
            yield app
    finally:
        await db.close()


def public(folder: Path, **changes: object) -> Settings:
    """Settings with a public address on loopback, as the sandbox makes them."""
    port = free_port()
    (folder / "data").mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}"
    return settings(folder / "data", public_url=url, public_port=port, **changes)


@asynccontextmanager
async def published(folder: Path, provider: Provider) -> AsyncGenerator[tuple[App, Links]]:
    """With a provider that is there already."""
    chosen, clock = public(folder), FastClock()
    links = wiring.links(chosen, clock)
    assert links is not None
    async with composed(chosen, provider, clock, links) as app:
        yield app, links


@asynccontextmanager
async def reached(
    folder: Path,
    kind: Callable[[Desk], StandIn],
    factory: Factory,
    choose: Chosen,
    **paces: Any,
) -> AsyncGenerator[tuple[Desk, App]]:
    """With the provider that these settings make, and its stand-in."""
    async with serving(kind, **paces) as desk, open_client() as client:
        chosen, clock = public(folder, **choose(desk)), FastClock()
        links = wiring.links(chosen, clock)
        parts = wiring.parts(chosen, ApiClient(client, sleep=soon), ThreadPictures(), links)
        made = factory(parts)
        assert not isinstance(made, Off)
        async with composed(chosen, made, clock, links) as app:
            yield desk, app
