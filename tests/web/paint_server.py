"""The painting page on loopback: the real services and routes, with a scripted provider."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from PIL import Image
from sqlalchemy import update

from bot.app import App, compose
from bot.db.engine import Database
from bot.db.models import TaskRow
from bot.domain import EditRequest, MaskTuning, Origin, Task
from bot.services.access import Who
from bot.web.public import Links, make_links, publishing
from bot.web.tokens import new_key
from bot.wiring import Ground
from tests import assets
from tests.databases import fresh
from tests.services.engine import ALICE, CHANNEL, GUILD, settings
from tests.services.scripted import FastClock, Scripted, ThreadPictures

BASE = "http://127.0.0.1"


class PageClock(FastClock):
    """Goes as the wall's, and ahead of it when told."""

    speed = 1.0
    ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


class Members:
    """Everybody is where they were, unless a test says otherwise."""

    def __init__(self) -> None:
        self.refusal: Exception | None = None
        self.asked: list[tuple[int, int, int]] = []

    async def who(self, user_id: int, guild_id: int, channel_id: int) -> Who:
        self.asked.append((user_id, guild_id, channel_id))
        if self.refusal:
            raise self.refusal
        return Who(user_id, guild_id, place_ids=frozenset({channel_id}))


@dataclass
class PaintServer:
    """An app whose page is served, and drafts for it."""

    app: App
    clock: PageClock
    links: Links
    address: str
    members: Members
    folder: Path
    made: int = field(default=0)

    async def draft(
        self, size: tuple[int, int] = (160, 120), *, empty: bool = True, **changes: Any
    ) -> Task:
        """A draft of Alice's; `empty`: nothing is marked in it yet."""
        self.made += 1
        name = f"paint-{self.made}"
        request = EditRequest(
            **{
                "request_key": name,
                "origin": Origin.SLASH,
                "user_id": ALICE,
                "guild_id": GUILD,
                "channel_id": CHANNEL,
                "picture": await asyncio.to_thread(_picture, size, self.folder / f"{name}.png"),
                "mask": assets.save(
                    assets.mask(*size, (0, 0, size[0] * 9 // 10, size[1])),
                    self.folder / f"{name}-mask.png",
                ),
                "prompt": "a red vase",
                "tuning": MaskTuning(grow_px=0),
                **changes,
            }
        )
        task = await self.app.intake.submit(request)
        if empty:
            none = {"mask_blob": None, "mask_core_blob": None, "overlay_blob": None}
            async with self.app.db.write() as session:
                query = update(TaskRow).where(TaskRow.id == task.id)
                await session.execute(query.values(**none, mask_facts={}, mask_operations={}))
        found = await self.app.tasks.get(task.id)
        assert found is not None
        return found

    def url(self, task: Task) -> str:
        """Where its page is."""
        link = self.app.paint_link(task)
        assert link is not None
        return link.replace(BASE, self.address)

    def token(self, task: Task) -> str:
        return self.url(task).partition("#t=")[2]

    def client(self, task: Task | None = None) -> httpx.AsyncClient:
        """What the page's scripts would ask with."""
        headers = {"Authorization": f"Bearer {self.token(task)}"} if task else {}
        return httpx.AsyncClient(
            base_url=f"{self.address}/edit/", headers=headers, trust_env=False, timeout=45
        )


def _picture(size: tuple[int, int], path: Path) -> Path:
    """Small ones are photographs; large ones of the same photograph, enlarged."""
    small = assets.photo(min(size[0], 320), max(1, min(size[0], 320) * size[1] // size[0]))
    return assets.save(small.resize(size, Image.Resampling.BICUBIC), path, compress_level=1)


@asynccontextmanager
async def paint_server(
    folder: Path, provider: Scripted | None = None, **changes: Any
) -> AsyncGenerator[PaintServer]:
    """Serve while the block runs; the engine is not on."""
    provider = provider or Scripted()
    chosen = settings(folder / "data", **changes)
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(fresh, chosen.database_path)
    db, clock = Database(chosen.database_path), PageClock()
    links = make_links(BASE, chosen.data_dir / "work", [new_key()], clock)
    providers = {provider.spec.slug: provider}
    try:
        app = compose(Ground(chosen, clock, db, ThreadPictures(), providers, links=links))
        members = Members()
        app.painting.ask(members)
        async with publishing(app.routes, "127.0.0.1", 0) as address:
            yield PaintServer(app, clock, links, address, members, folder)
    finally:
        await db.close()
