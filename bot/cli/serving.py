"""`run` and `sandbox`: what goes on until it is told to stop."""

import asyncio
import contextlib
import ctypes
import gc
import signal
import sys
from dataclasses import replace

from bot.cli.call import GOOD, Call
from bot.cli.preflight import check_start
from bot.cli.terminal import on_signal

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
LARGE_BYTES = 1024 * 1024
# Named one, the others do not adapt any more: twice a large block is glibc's own rule for trimming.
HEAPS = {M_ARENA_MAX: 2, M_MMAP_THRESHOLD: LARGE_BYTES, M_TRIM_THRESHOLD: 2 * LARGE_BYTES}


async def run(call: Call) -> int:
    """The bot on Discord."""
    from bot.app import open_app
    from bot.delivery.serve import serve

    keep_heaps_small()
    await check_start(call.given, on_discord=True)
    stop = asyncio.Event()
    on_signal(stop.set, signal.SIGTERM, signal.SIGINT)
    async with open_app(call.settings) as app:
        await serve(app, stop, begun=keep_what_stays)
    return GOOD


def keep_heaps_small() -> None:
    """Let all threads allocate from two heaps, and give large blocks back as soon as they are free.

    What each thread's heap keeps free only adds up. And after the first large picture glibc puts
    large blocks into the heaps, too, where they leave holes that nothing else fits into.
    """
    if sys.platform == "linux":
        # musl has none of it.
        with contextlib.suppress(AttributeError, OSError):
            for option, value in HEAPS.items():
                ctypes.CDLL(None).mallopt(option, value)


def keep_what_stays() -> None:
    """Let the garbage collector pass over what is loaded now: it stays as long as the process.

    Going through all of it again and again stopped the event loop for a tenth of a second.
    """
    gc.collect()
    gc.freeze()
    # Else it would wait until a quarter as much garbage has come together as was loaded.
    gc.collect()


async def sandbox(call: Call) -> int:
    """The unmodified bot in a browser page."""
    from bot.sandbox.world import run_sandbox

    settings = call.settings
    if not call.args.data:
        # Never the folder of a real bot: the sandbox's Discord is another one.
        settings = settings.model_copy(update={"data_dir": settings.data_dir / "sandbox"})
    await check_start(replace(call.given, settings=settings))
    args = call.args
    await run_sandbox(settings, port=args.port, open_browser=not args.no_browser, pace_s=args.pace)
    return GOOD
