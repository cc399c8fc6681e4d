"""Tasks over pictures that are blobs already, booked like any other."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from bench import photos
from bench.providers import SPEC
from bench.stage import request
from bot.app import App
from bot.db.models import TaskRow
from bot.domain import Fit, MaskFacts, MaskSource, TaskState
from bot.providers.base import Waiting
from bot.services import rows
from bot.services.blobs import KeptBlob
from bot.services.looking import Kept
from bot.services.records import to_json

SIDE_PX = 64
FACTS = MaskFacts(0.1, (8, 8, 28, 28), MaskSource.FILE, 4, 4, looks_inverted=False)


async def columns(app: App) -> dict[str, Any]:
    """The columns of a task over blobs whose rows are written here; nobody opens their files."""
    blobs = [KeptBlob(f"{n:064x}", ".png", 1, SIDE_PX, SIDE_PX) for n in range(4)]
    async with app.db.write() as session:
        await app.blobs.record(session, *blobs)
    picture, mask, core, overlay = (blob.id for blob in blobs)
    return {
        "picture_blob": picture,
        "mask_blob": mask,
        "mask_core_blob": core,
        "overlay_blob": overlay,
        "mask_source": MaskSource.FILE,
        "mask_facts": to_json(FACTS),
        "draft_reason": None,
    }


async def taken_in(app: App, folder: Path) -> dict[str, Any]:
    """A small picture taken in like any other; the columns of tasks that edit it."""
    await asyncio.to_thread(folder.mkdir)
    picture = await asyncio.to_thread(photos.photo, 128, folder / "picture.jpg")
    mask = await asyncio.to_thread(photos.mask, 128, folder / "mask.png")
    task = await app.intake.submit(request("first", picture, mask))
    return {**rows.copied_columns(task), "draft_reason": None}


async def book(app: App, values: dict[str, Any], n: int, **changes: Any) -> str:
    """One queued task."""
    kept = Kept({}, ())
    task = await app.intake.book(request(f"bench-{n}", **changes), SPEC, values, kept)
    return task.id


async def set_running(app: App) -> None:
    """As if the provider had taken every task and would be asked in an hour."""
    due = app.clock.now() + timedelta(hours=1)
    state = {"waiting": to_json(Waiting("remote", 3600.0)), "uploads": {}}
    async with app.db.write() as session:
        await session.execute(
            update(TaskRow).values(
                state=TaskState.RUNNING,
                attempt=1,
                remote_id=TaskRow.id,
                remote_state=state,
                next_at=due,
                deadline_at=due,
                fit=to_json(Fit((0, 0, SIDE_PX, SIDE_PX), SIDE_PX, SIDE_PX)),
            )
        )
