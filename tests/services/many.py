"""The engine over several scripted providers and a clock that the test holds."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.app import App, compose
from bot.db.engine import Database
from bot.domain import Op
from bot.providers.base import Balance, Price
from bot.services.ports import Clock
from bot.settings import Settings
from bot.wiring import Ground
from tests.databases import fresh
from tests.services.engine import settings
from tests.services.scripted import SPEC, Scripted, ThreadPictures


class Accounted(Scripted):
    """One whose account can be asked for; an exception is raised instead."""

    left: Balance | Exception = Balance(Decimal(12), "credits")
    asked = 0

    async def balance(self) -> Balance | None:
        """Do as the test says."""
        self.asked += 1
        if isinstance(self.left, Exception):
            raise self.left
        return self.left


def priced(slug: str, units: int | str, **changes: Any) -> Accounted:
    """A provider by another name and price."""
    op = replace(SPEC.ops[Op.INPAINT], price=Price(Decimal(units)), **changes)
    return Accounted(spec=replace(SPEC, slug=slug, title=slug.title(), ops={Op.INPAINT: op}))


@asynccontextmanager
async def opened_with(
    folder: Path,
    clock: Clock,
    *providers: Scripted,
    kind: type[Settings] = Settings,
    **changes: Any,
) -> AsyncGenerator[App]:
    """An app whose loops do not run; a second call on the same folder finds everything again."""
    chosen = kind(**{**settings(folder).model_dump(), **changes, "_env_file": None})
    if not chosen.database_path.exists():
        await asyncio.to_thread(fresh, chosen.database_path)
    db = Database(chosen.database_path)
    by_slug = {provider.spec.slug: provider for provider in providers}
    try:
        yield compose(Ground(chosen, clock, db, ThreadPictures(), by_slug))
    finally:
        await db.close()
