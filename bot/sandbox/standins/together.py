"""All stand-ins at once, and the settings that lead the bot to them in place of the services."""

import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from bot.errors import StartupError
from bot.sandbox.standins import aithriving, apiframe, iopaint, modelslab, qolaba, scenario
from bot.sandbox.standins.common import Desk, StandIn, serving
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Service:
    """A stand-in, and what the bot is told to reach it."""

    kind: Callable[[Desk], StandIn]
    settings: Callable[[Desk], dict[str, str]]


HOST = "127.0.0.1"
SERVICES = (
    Service(aithriving.AIThrivingStandIn, aithriving.settings),
    Service(apiframe.ApiframeStandIn, apiframe.settings),
    Service(iopaint.IopaintStandIn, iopaint.settings),
    Service(modelslab.ModelsLabStandIn, modelslab.settings),
    Service(qolaba.QolabaStandIn, qolaba.settings),
    Service(scenario.ScenarioStandIn, scenario.settings),
)


@asynccontextmanager
async def all_serving(first_port: int = 0, pace_s: float = 0.0) -> AsyncGenerator[dict[str, str]]:
    """Serve each on loopback, on `first_port` and those after it; gives the settings for all.

    Among them is a public address, from which they fetch pictures of ours: on the port after them.
    Port 0 takes any that are free. Raises StartupError.
    """
    told = _public(first_port + len(SERVICES) if first_port else _free_port())
    async with AsyncExitStack() as stack:
        for n, service in enumerate(SERVICES):
            port = first_port + n if first_port else 0
            try:
                desk = await stack.enter_async_context(
                    serving(service.kind, port=port, pace_s=pace_s)
                )
            except (OSError, OverflowError) as error:
                sentence = f"A stand-in cannot listen on port {port}. Choose others with --port."
                raise StartupError(sentence, log=str(error)) from error
            told |= service.settings(desk)
        yield told


def _public(port: int) -> dict[str, str]:
    address = f"http://{HOST}:{port}"
    return {"public_url": address, "public_host": HOST, "public_port": str(port)}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def pointed(settings: Settings, told: dict[str, str]) -> Settings:
    """The same settings, with the stand-ins in place of the services and of their keys."""
    values: dict[str, Any] = {**dict(settings), **told, "_env_file": None}
    return Settings(**values)
