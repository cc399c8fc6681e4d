"""The real services with a provider that paints at once: what benches of whole edits work on."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Generic, TypeVar

from bench.providers import Painter
from bench.stage import Ends, engine, opened
from bot.app import App
from bot.services.ports import Pictures

P = TypeVar("P", bound=Pictures)


@dataclass(frozen=True, slots=True)
class Painting(Generic[P]):
    """What a round works with; `folder` passes with it."""

    app: App
    pictures: P
    painter: Painter
    ends: Ends
    folder: Path


@asynccontextmanager
async def painting(pictures: P) -> AsyncGenerator[Painting[P]]:
    """The engine at work over these picture workers."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        painter = Painter(folder)
        async with (
            opened(folder / "data", pictures, painter) as app,
            engine(app) as ends,
        ):
            yield Painting(app, pictures, painter, ends, folder)
