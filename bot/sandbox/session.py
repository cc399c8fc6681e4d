"""Runs the unmodified bot in SimCord's browser preview, on loopback, until it is told to stop."""

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import simcord

from bot.app import open_app
from bot.delivery.client import InpaintBot, build_bot
from bot.sandbox.browser import show
from bot.sandbox.clock import let_run
from bot.sandbox.funds import fund
from bot.sandbox.page import live_page
from bot.sandbox.people import People, build_people, welcome
from bot.sandbox.samples import SAMPLES, write_samples
from bot.sandbox.standins.together import all_serving, pointed
from bot.settings import Settings

LOCAL, LOOPBACK = "local", "127.0.0.1"
# The first picture starts a worker process, which takes seconds on a busy machine.
SETTLE_TIMEOUT_S = 30.0


async def serve(settings: Settings, *, port: int, open_browser: bool, pace_s: float) -> None:
    """Serve the page until Ctrl-C, SIGTERM or "End preview session"; port 0 takes any free one.

    The providers' stand-ins take `pace_s` for a job.
    """
    data = settings.data_dir.resolve()
    write_samples(data / "samples")
    async with (
        all_serving(pace_s=pace_s) as told,
        open_app(_reachable(_tried(settings, told))) as app,
        app.published(),
    ):
        # Always, because this Discord begins without commands, whatever the database remembers.
        bot = build_bot(app, always_sync=True)
        async with _world(bot) as (env, people):
            # Messages live in SimCord's memory: the cards of earlier runs went with it.
            await app.cards.mark_lost_all()
            await fund(app, people)
            async with live_page(env, people, port) as preview, app.running(bot):
                # After the page is up: it stays scrolled to what it began with.
                await welcome(
                    people, data / "samples", (each.spec for each in app.providers.values())
                )
                _announce(preview.url, data)
                if open_browser:
                    await show(preview.url)
                await _stopped(preview)
                print("Stopping.", flush=True)


def _tried(settings: Settings, told: Mapping[str, str]) -> Settings:
    """Stand-ins in place of every service, whatever keys there are: nothing is to be paid here.

    What needs none comes first, so that the first edit shows what the bot can do by itself.
    """
    return pointed(settings, {"default_provider": settings.default_provider or LOCAL, **told})


def _reachable(settings: Settings) -> Settings:
    """With a public address that only this machine reaches, so that pages can be tried, too."""
    if settings.public_url:
        return settings
    with socket.socket() as tried:
        tried.bind((LOOPBACK, 0))
        port: int = tried.getsockname()[1]
    public = {"public_url": f"http://{LOOPBACK}:{port}", "public_port": port}
    return settings.model_copy(update={**public, "public_host": LOOPBACK})


@asynccontextmanager
async def _world(bot: InpaintBot) -> AsyncGenerator[tuple[simcord.Env, People]]:
    """Connect the bot to a server of its own, whose clock runs once everybody has an id."""
    async with simcord.run(
        bot, shard_count=1, check_errors=False, settle_timeout=SETTLE_TIMEOUT_S
    ) as env:
        # SimCord takes every error that reaches the tree for a failed action; ours are answers.
        vars(bot.tree).pop("on_error")
        people = await build_people(env)
        let_run(env)
        yield env, people


def _announce(url: str, data: Path) -> None:
    first = SAMPLES[0]
    print(f"The sandbox is at {url}")
    print(
        f"Try first: type /inpaint, choose {first.photo} as image and {first.mask} as mask, both "
        f"from {data / 'samples'}, and press Enter."
    )
    print(f"Ctrl-C stops it. Tasks, credits and pictures stay in {data}.", flush=True)


async def _stopped(preview: simcord.Preview) -> None:
    told = asyncio.Event()
    with _signals(told):
        ends = {asyncio.create_task(told.wait()), asyncio.create_task(preview.wait_closed())}
        _, waiting = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    for each in waiting:
        each.cancel()


@contextmanager
def _signals(told: asyncio.Event) -> Generator[None]:
    """Turn the first SIGINT or SIGTERM into an event; the next one ends the process at once."""
    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    # Windows has no signal handlers on its loop; asyncio.run cancels this task there instead.
    with suppress(NotImplementedError):
        for number in numbers:
            loop.add_signal_handler(number, told.set)
    try:
        yield
    finally:
        with suppress(NotImplementedError):
            for number in numbers:
                loop.remove_signal_handler(number)
