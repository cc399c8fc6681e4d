"""Reaches a stand-in over real loopback HTTP, with the real client and downloader."""

import asyncio
import json
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bot.domain import Fit, Op, Options
from bot.providers import Factory, Off, Parts
from bot.providers.api import ApiClient, open_client
from bot.providers.base import Job, Provider, Update, Waiting
from bot.providers.parts import MediaLinks
from bot.sandbox.standins.common import Desk, StandIn, serving
from bot.services.options import typed
from bot.settings import Settings
from tests import assets
from tests.services.scripted import ThreadPictures

BODIES = Path(__file__).parent / "bodies"
POLLS_MAX = 200


async def soon(seconds: float) -> None:
    """Wait, but not for long."""
    await asyncio.sleep(min(seconds, 0.01))


@asynccontextmanager
async def reached(
    kind: Callable[[Desk], StandIn],
    factory: Factory,
    chosen: Callable[[Desk], dict[str, str]],
    media: MediaLinks | None = None,
    **options: Any,
) -> AsyncGenerator[tuple[Desk, Provider]]:
    """A stand-in, and the provider that these settings make; nobody waits long for a retry."""
    async with serving(kind, **options) as desk, open_client() as client:
        settings = Settings(_env_file=None, **chosen(desk))  # pyright: ignore[reportCallIssue, reportArgumentType]
        api = ApiClient(client, sleep=soon)
        made = factory(Parts(settings, api, ThreadPictures(), media))
        assert not isinstance(made, Off)
        yield desk, made


def bodies(slug: str) -> dict[str, Any]:
    """A provider's answers as its documents show them, by file name."""
    return {
        path.stem: json.loads(path.read_text("utf-8")) for path in (BODIES / slug).glob("*.json")
    }


def job(folder: Path, provider: Provider, op: Op = Op.INPAINT, **changes: Any) -> Job:
    """A job of 512 px with the provider's defaults; `options` are a member's."""
    options = changes.pop("options", Options())
    side = changes.pop("side_px", 512)
    folder.mkdir(parents=True, exist_ok=True)
    made = Job(
        task_id="t1",
        client_ref="ib-t1",
        op=op,
        picture=assets.save(assets.photo(side, side), folder / "picture.png"),
        mask=assets.save(assets.mask(side, side), folder / "mask.png"),
        fit=Fit((0, 0, side, side), side, side),
        prompt="a red vase",
        count=1,
        seed=7,
        params=typed(options, provider.spec.ops[op]),
        folder=folder,
    )
    return replace(made, **changes)


async def prepared(provider: Provider, work: Job) -> Job:
    """The job with what the provider wants to have before."""
    return replace(work, uploads=await provider.upload(work))


async def to_the_end(provider: Provider, work: Job) -> tuple[list[Waiting], Update]:
    """What the card would show, and how it ended."""
    work = await prepared(provider, work)
    update, seen = await provider.submit(work), list[Waiting]()
    for _ in range(POLLS_MAX):
        if not isinstance(update, Waiting):
            return seen, update
        seen.append(update)
        await asyncio.sleep(0.02)
        update = await provider.poll(work, update)
    raise AssertionError("no end in sight")


async def percents(provider: Provider, work: Job, polls: int) -> list[int | None]:
    """What the card would show of a job that does not end, poll by poll."""
    work = await prepared(provider, work)
    update, seen = await provider.submit(work), list[int | None]()
    for _ in range(polls):
        assert isinstance(update, Waiting)
        update = await provider.poll(work, update)
        assert isinstance(update, Waiting)
        seen.append(update.percent)
    return seen
