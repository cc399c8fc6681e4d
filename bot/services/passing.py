"""A folder for files that live as long as one answer."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import uuid4


@asynccontextmanager
async def passing_folder(work: Path) -> AsyncGenerator[Path]:
    """Make it, and take it away with all that is in it; a crash leaves it to the sweep."""
    folder = work / f"in-{uuid4().hex}"
    await asyncio.to_thread(folder.mkdir, parents=True)
    try:
        yield folder
    finally:
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
