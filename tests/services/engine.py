"""The real engine on a real SQLite file, with a scripted provider and no Discord."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from bot.app import App, compose
from bot.db.engine import Database
from bot.domain import EditRequest, Origin, Task, TaskState
from bot.providers.base import Provider
from bot.services import reading
from bot.services.access import Who
from bot.services.ending import end
from bot.settings import Settings
from bot.wiring import Ground
from tests import assets
from tests.databases import fresh
from tests.services.scripted import FastClock, Scripted, ThreadPictures

P = TypeVar("P", bound=Provider)
ALICE, BOB, GUILD, CHANNEL = 101, 102, 9, 77
PATIENCE_S = 45
# A deadline of so much is not what a test waits for.
LONG_S, LONGER_S = 300.0, 3600.0


def settings(folder: Path, **changes: Any) -> Settings:
    """Settings that read no environment."""
    money = {"first_grant_credits": 100, "home_guilds": (GUILD, GUILD + 1)}
    return Settings(**{"data_dir": folder, "_env_file": None, **money, **changes})


@asynccontextmanager
async def opened(folder: Path, provider: Scripted, **changes: Any) -> AsyncGenerator[App]:
    """An app whose loops do not run."""
    chosen = settings(folder, **changes)
    await asyncio.to_thread(fresh, chosen.database_path)
    db = Database(chosen.database_path)
    try:
        yield compose(
            Ground(
                chosen, FastClock(), db, ThreadPictures(), {provider.spec.slug: unhurried(provider)}
            )
        )
    finally:
        await db.close()


def unhurried(provider: P) -> P:
    """Leave a long deadline its length on the wall, where the fast clock would make it seconds."""
    if LONG_S <= provider.spec.deadline_s <= LONGER_S:
        spec = replace(provider.spec, deadline_s=provider.spec.deadline_s * FastClock.speed)
        object.__setattr__(provider, "spec" if is_dataclass(provider) else "_spec", spec)
    return provider


@asynccontextmanager
async def working(app: App) -> AsyncGenerator[None]:
    """Engine on, without a view loop."""
    await app.dispatcher.start(app.drive)
    await app.reconciler.resume()
    admission = asyncio.create_task(app.admission.run())
    try:
        yield
    finally:
        await end([admission])
        app.drive.close()
        await app.dispatcher.stop(app.settings.stop_grace_s, app.drive.in_submit)


def request(folder: Path, key: str = "k1", **changes: Any) -> EditRequest:
    """A small photo with a mask, from Alice."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "picture": assets.save(assets.photo(64, 48), folder / f"{key}.png".replace(":", "-")),
        "mask": assets.save(assets.mask(64, 48), folder / f"{key}-mask.png".replace(":", "-")),
    }
    values: dict[str, Any] = {
        "request_key": key,
        "origin": Origin.SLASH,
        "user_id": ALICE,
        "guild_id": GUILD,
        "channel_id": CHANNEL,
        "prompt": "a red vase",
        **files,
        **changes,
    }
    return EditRequest(**values)


def child(parent_id: str, key: str, **changes: Any) -> EditRequest:
    """A wish that goes on from an earlier task, with its picture and its mask."""
    wish = EditRequest(
        request_key=key,
        origin=Origin.SLASH,
        user_id=ALICE,
        guild_id=GUILD,
        channel_id=CHANNEL,
        parent_task_id=parent_id,
    )
    return replace(wish, **changes)


def who(user_id: int = ALICE, **changes: Any) -> Who:
    """A member in the guild."""
    return replace(Who(user_id, GUILD, place_ids=frozenset({CHANNEL})), **changes)


async def until(app: App, task_id: str, *states: TaskState) -> Task:
    """Wait for the task to be in one of the states, or at its end."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            task = await app.tasks.get(task_id)
            assert task is not None
            if task.state in states or (not states and task.state.is_terminal):
                return task
            await asyncio.sleep(0.005)


async def purse(app: App, user_id: int = ALICE) -> tuple[int, int]:
    """What a member has available and held."""
    async with app.db.read() as session:
        return await app.ledger.balance(session, f"user:{GUILD}:{user_id}")


async def assert_books(app: App) -> None:
    """No drift, and held is what live tasks hold."""
    async with app.db.read() as session:
        assert list(await app.ledger.check(session)) == []
        tasks = await reading.tasks(session)
    assert all(task.held == 0 for task in tasks if task.state.is_terminal)
