"""The whole bot on SimCord with every provider at its stand-in, all its settings planted."""

import asyncio
import io
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot import wiring
from bot.app import App, compose
from bot.cli.command import hide
from bot.db.engine import Database
from bot.domain import Op
from bot.providers import PROVIDERS, built
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Job, Travel, Waiting
from bot.sandbox.standins import scenario
from bot.sandbox.standins.common import Desk, serving
from bot.sandbox.standins.together import SERVICES
from bot.services import reading
from bot.settings import Settings
from bot.web.address import free_port
from bot.web.public import Links
from bot.wiring import Ground
from tests.cogs.world import WorldClock
from tests.databases import fresh
from tests.providers.cases import CASES
from tests.providers.remotes import soon
from tests.secrecy.planted import LINK_KEY, SCENARIO_SECRET, SIGNATURE, SIGNED, TOKEN, key_of
from tests.services.scripted import SPEC, Scripted, ThreadPictures, waiting

assert scenario.SECRET == SCENARIO_SECRET
# The tests of single providers have settings of their own, with the usual key.
POINTED: dict[Any, Callable[[Desk], dict[str, str]]] = {
    each.kind: each.settings for each in SERVICES
}

BROKEN = replace(SPEC, slug="broken", title="Broken")
MORE = {"live_tasks_member_max": 100, "live_tasks_guild_max": 100, "discord_token": TOKEN}


async def broken(job: Job) -> Waiting:
    """As a library fails whose errors repeat what it was given."""
    auth = f"Authorization: Bearer {key_of('scenario')}"
    raise RuntimeError(f"GET {SIGNED} with {auth} failed")


@dataclass
class Stage:
    """The app, its stand-ins by provider, and the secrets that are known before anything runs."""

    app: App
    links: Links
    desks: dict[str, Desk]
    log: io.StringIO
    secrets: dict[str, str | bytes] = field(default_factory=dict[str, "str | bytes"])

    def logged(self, *, above_debug: bool) -> str:
        """The records so far."""
        lines = self.log.getvalue().splitlines()
        return "\n".join(
            line for line in lines if not above_debug or json.loads(line)["level"] != "DEBUG"
        )


def op_of(slug: str) -> Op:
    """The operation that needs no earlier result."""
    spec = CASES[slug].spec if slug in CASES else BROKEN
    return Op.INPAINT if spec.ops[Op.INPAINT].image is not Travel.PARENT else Op.IMAGINE


@asynccontextmanager
async def planted(folder: Path, clock: WorldClock, log: io.StringIO) -> AsyncGenerator[Stage]:
    """Compose it; the public server is up, because two of them fetch pictures from it."""
    async with AsyncExitStack() as stack:
        desks, told = {}, dict[str, Any]()
        for slug, case in CASES.items():
            kept = serving(case.standin, key=key_of(slug), detail_px=0)
            desks[slug] = await stack.enter_async_context(kept)
            told |= POINTED[case.standin](desks[slug])
        settings = _settings(folder, told)
        hide(settings)
        await asyncio.to_thread(fresh, settings.database_path)
        db = Database(settings.database_path)
        stack.push_async_callback(db.close)
        client, pictures = await stack.enter_async_context(open_client()), ThreadPictures()
        links = wiring.links(settings, clock)
        assert links is not None
        parts = wiring.parts(settings, ApiClient(client, sleep=soon), pictures, links)
        made = built(PROVIDERS, parts)
        on = {
            **made.on,
            BROKEN.slug: Scripted(spec=BROKEN, submits=[broken, waiting], polls=[broken]),
        }
        app = compose(Ground(settings, clock, db, pictures, on, made.off, links))
        await stack.enter_async_context(app.published())
        yield Stage(app, links, desks, log, _known())


def _settings(folder: Path, told: dict[str, Any]) -> Settings:
    port, kept = free_port(), folder / "link.key"
    folder.mkdir(parents=True, exist_ok=True)
    kept.write_text(f"{LINK_KEY.hex()}\n", "ascii")
    public = {"public_url": f"http://127.0.0.1:{port}", "public_port": port}
    return Settings(
        _env_file=None,  # pyright: ignore[reportCallIssue]
        data_dir=folder,
        **(public | told | MORE),  # pyright: ignore[reportArgumentType]
    )


def _known() -> dict[str, str | bytes]:
    keys: dict[str, str | bytes] = {f"key of {slug}": key_of(slug) for slug in CASES}
    del keys["key of iopaint"]  # it has none
    return keys | {
        "bot token": TOKEN,
        "scenario's secret": SCENARIO_SECRET,
        "scenario's signature": scenario.SIGNATURE,
        "signature": SIGNATURE,
        "link key": LINK_KEY,
    }


async def until_all(app: App, clock: WorldClock, holds: Callable[[Any], bool]) -> None:
    """Let time pass until it holds of every task."""
    async with asyncio.timeout(45):
        while True:
            async with app.db.read() as session:
                if all(holds(task) for task in await reading.tasks(session)):
                    return
            await asyncio.sleep(0.02)
            await clock.advance(2.0)
