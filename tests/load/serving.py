"""What `inpaint-bot run` does, with providers of ours, telling how late its event loop is."""

import argparse
import asyncio
import gc
import json
import os
import signal
import sys
import time
from typing import Any

from bench import lag
from bot.app import open_app
from bot.cli.serving import keep_heaps_small, keep_what_stays
from bot.delivery.serve import serve
from bot.log import setup_logging
from bot.services.ending import end
from bot.settings import Settings
from tests.crash.provider import VARIANTS
from tests.soak.provider import factory
from tests.standin.pointing import point_at

TOKEN = "MTA5.standin.token"
EVERY_S = 1.0
SPEC = {"concurrency": 400, "poll_after_s": 3.0, "deadline_s": 900.0, "submit_timeout_s": 20.0}


async def run(args: argparse.Namespace) -> None:
    """Until SIGTERM."""
    setup_logging("WARNING", False)
    keep_heaps_small()
    point_at(args.discord)
    stop, late_s = asyncio.Event(), list[float]()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    providers = [factory(each, f"{args.providers}/provider/{each}", **SPEC) for each in VARIANTS]
    async with open_app(_settings(args), providers=providers) as app:
        telling = [asyncio.create_task(lag.watch(late_s)), asyncio.create_task(_tell(late_s, stop))]
        await serve(app, stop, begun=keep_what_stays)
        await end(telling)


def _settings(args: argparse.Namespace) -> Settings:
    values: dict[str, Any] = {
        "data_dir": args.data,
        "discord_token": TOKEN,
        "home_guilds": tuple(args.guilds),
        "first_grant_credits": 1_000_000,
        "live_tasks_member_max": 100,
        "live_tasks_guild_max": 1000,
        "web_port": 0,
        "_env_file": None,
    }
    return Settings(**values)


async def _tell(late_s: list[float], stop: asyncio.Event) -> None:
    """Every second one line: how late the loop was at each look, and how long it collected."""
    parent, collecting = os.getppid(), Collecting()
    while os.getppid() == parent:
        await asyncio.sleep(EVERY_S)
        told = {"late_ms": [round(each * 1000, 1) for each in late_s], **collecting.told()}
        late_s.clear()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    stop.set()


class Collecting:
    """The longest stop for collecting garbage since it was last told."""

    def __init__(self) -> None:
        self._begun_s = self._longest_s = 0.0
        gc.callbacks.append(self._look)

    def _look(self, phase: str, _about: object) -> None:
        if phase == "start":
            self._begun_s = time.perf_counter()
        else:
            self._longest_s = max(self._longest_s, time.perf_counter() - self._begun_s)

    def told(self) -> dict[str, float]:
        """In milliseconds; begins anew."""
        longest_s, self._longest_s = self._longest_s, 0.0
        return {"collected_ms": round(longest_s * 1000, 1)}
