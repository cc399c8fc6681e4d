"""`providers`: what is registered, and whether each works as it is set up."""

from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from bot import wiring
from bot.cli.call import GOOD, WRONG, Call
from bot.cli.terminal import say, table
from bot.errors import ProviderError
from bot.providers import PROVIDERS, Built, built
from bot.providers.api import ApiClient, open_client
from bot.providers.base import PricedPer, Provider, ProviderSpec
from bot.services.clock import SystemClock
from bot.settings import Settings
from bot.web.tokens import new_key

P = ParamSpec("P")
T = TypeVar("T")


class NoPictures:
    """There are no picture workers here: nothing is edited."""

    restarts = 0
    is_up = False

    async def short(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Never asked for."""
        raise NotImplementedError

    async def fill(self, stage: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> T:
        """Never asked for."""
        raise NotImplementedError

    async def mend(self) -> None:
        """There is nothing to replace."""


@asynccontextmanager
async def registered(settings: Settings) -> AsyncGenerator[Built]:
    """Every provider there is, built from the settings as the bot would, but without workers."""
    async with open_client() as client:
        # Nothing is served here: the addresses only tell who could be given one.
        links = wiring.links(settings, SystemClock(), (new_key(),))
        yield built(PROVIDERS, wiring.parts(settings, ApiClient(client), NoPictures(), links))


async def show(call: Call) -> int:
    """List them, one a line."""
    async with registered(call.settings) as providers:
        rows = [_row(provider.spec, "yes") for provider in providers.on.values()]
        rows += [_row(off.spec, off.reason) for off in providers.off]
    say(table(("provider", "title", "does", "a picture costs", "set up"), rows))
    return GOOD


async def check(call: Call) -> int:
    """Ask each that is set up; a wrong key or a missing library makes the exit code 1."""
    works: list[bool] = []
    async with registered(call.settings) as providers:
        for slug, provider in providers.on.items():
            good, said = await _tried(provider)
            works.append(good)
            say(f"{slug}: {said}")
        for off in providers.off:
            say(f"{off.spec.slug}: {off.reason}")
    return GOOD if all(works) else WRONG


async def _tried(provider: Provider) -> tuple[bool, str]:
    """Whether it works, and the words for it; the list of models is asked where no balance is."""
    try:
        balance = await provider.balance()
        if balance is None:
            await provider.models()
    except ProviderError as error:
        return False, f"{error.sentence} ({error.log})" if error.log else error.sentence
    if balance is None:
        return True, "works"
    return True, f"works; {balance.amount} {balance.unit} left"


def _row(spec: ProviderSpec, set_up: str) -> tuple[str, str, str, str, str]:
    does = ", ".join(op.value for op in spec.ops)
    return spec.slug, spec.title, does, _price(spec), set_up


def _price(spec: ProviderSpec) -> str:
    units = [op.price.units for op in spec.ops.values()]
    if not any(units):
        return "nothing"
    per_job = all(op.price.per is PricedPer.JOB for op in spec.ops.values())
    span = str(min(units)) if min(units) == max(units) else f"{min(units)} to {max(units)}"
    return f"{span} {spec.unit}{' a job' if per_job else ''}"
