"""Opening a database that a running bot may be driving: no lock, no new schema, no workers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from bot.db.engine import Database
from bot.db.migrate import check_current
from bot.db.trouble import TROUBLES, bad_database
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.app import App


@asynccontextmanager
async def database_beside(settings: Settings) -> AsyncGenerator[Database]:
    """The database as it is. Raises BadDatabase, also for what happens inside."""
    path = settings.database_path
    await asyncio.to_thread(check_current, path)
    db = Database(path)
    try:
        yield db
    except TROUBLES as error:
        raise bad_database(path, error) from error
    finally:
        await db.close()


@asynccontextmanager
async def app_beside(settings: Settings) -> AsyncGenerator["App"]:
    """The services, with nothing running and no pictures to work on. Raises BadDatabase."""
    from bot.app import compose
    from bot.cli.offers import NoPictures, registered
    from bot.services.clock import SystemClock
    from bot.wiring import Ground

    async with database_beside(settings) as db, registered(settings) as providers:
        yield compose(
            Ground(settings, SystemClock(), db, NoPictures(), providers.on, providers.off)
        )
