"""A folder for files that are needed for a moment."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4


@asynccontextmanager
async def passing_folder(work: Path) -> AsyncGenerator[Path]:
    """A new folder that is gone, with all that is in it, after the block."""
    folder = work / f"in-{uuid4().hex}"
    await asyncio.to_thread(folder.mkdir, parents=True)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
