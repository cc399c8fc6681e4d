"""`providers`: what is registered, and whether each works as it is set up."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from bot.cli.call import GOOD, WRONG, Call
from bot.cli.terminal import say, table
from bot.errors import ProviderError
from bot.providers import PROVIDERS, Parts
from bot.providers.api import ApiClient, open_client
from bot.providers.base import PricedPer, Provider, ProviderSpec
from bot.settings import Settings

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
async def registered(settings: Settings) -> AsyncGenerator[Sequence[Provider]]:
    """Every provider there is, built from the settings as the bot would, but without workers."""
    async with open_client() as client:
        parts = Parts(settings, ApiClient(client), NoPictures())
        yield [factory(parts) for factory in PROVIDERS]


def unset(spec: ProviderSpec, settings: Settings) -> list[str]:
    """The settings that this provider needs and that are empty."""
    values = settings.model_dump(mode="json")
    return [name for name in spec.needs if not values.get(name.lower())]


async def show(call: Call) -> int:
    """List them, one a line."""
    async with registered(call.settings) as providers:
        rows = [_row(provider.spec, call.settings) for provider in providers]
    say(table(("provider", "title", "does", "a picture costs", "set up"), rows))
    return GOOD


async def check(call: Call) -> int:
    """Ask each that is set up; a wrong key or a missing library makes the exit code 1."""
    works: list[bool] = []
    async with registered(call.settings) as providers:
        for provider in providers:
            good, said = await _tried(provider, call.settings)
            works.append(good)
            say(f"{provider.spec.slug}: {said}")
    return GOOD if all(works) else WRONG


async def _tried(provider: Provider, settings: Settings) -> tuple[bool, str]:
    """Whether it works or was left out on purpose, and the words for it."""
    if missing := unset(provider.spec, settings):
        return True, f"not set up; it needs {' and '.join(missing)}"
    try:
        balance = await provider.balance()
    except ProviderError as error:
        return False, f"{error.sentence} ({error.log})" if error.log else error.sentence
    if balance is None:
        return True, "works"
    return True, f"works; {balance.amount} {balance.unit} left"


def _row(spec: ProviderSpec, settings: Settings) -> tuple[str, str, str, str, str]:
    missing = unset(spec, settings)
    does = ", ".join(op.value for op in spec.ops)
    set_up = f"needs {' and '.join(missing)}" if missing else "yes"
    return spec.slug, spec.title, does, _price(spec), set_up


def _price(spec: ProviderSpec) -> str:
    units = [op.price.units for op in spec.ops.values()]
    if not any(units):
        return "nothing"
    per_job = all(op.price.per is PricedPer.JOB for op in spec.ops.values())
    span = str(min(units)) if min(units) == max(units) else f"{min(units)} to {max(units)}"
    return f"{span} {spec.unit}{' a job' if per_job else ''}"
