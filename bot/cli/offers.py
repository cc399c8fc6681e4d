"""`providers`: what is registered, and whether each works as it is set up."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import ParamSpec, TypeVar

from bot import wiring
from bot.cli.beside import database_beside
from bot.cli.call import GOOD, WRONG, Call
from bot.cli.terminal import say, table
from bot.errors import AuthFailed, BadAnswer, BadDatabase, ProviderError, QuotaSpent
from bot.providers import PROVIDERS, Built, Factory, built
from bot.providers.api import ApiClient, open_client
from bot.providers.base import PricedPer, Provider, ProviderSpec
from bot.services import pauses
from bot.services.breaker import PROBE_TIMEOUT_S, ask
from bot.services.clock import SystemClock
from bot.services.pauses import Pause, Why
from bot.settings import Settings
from bot.web.tokens import new_key

OUTAGE = "Look whether it is down, and try again."
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
async def registered(
    settings: Settings, providers: Sequence[Factory] | None = None
) -> AsyncGenerator[Built]:
    """Every provider there is, built from the settings as the bot would, but without workers."""
    factories = PROVIDERS if providers is None else providers
    async with open_client() as client:
        # Nothing is served here: the addresses only tell who could be given one.
        links = wiring.links(settings, SystemClock(), (new_key(),))
        yield built(factories, wiring.parts(settings, ApiClient(client), NoPictures(), links))


async def show(call: Call) -> int:
    """List them, one a line; what a running bot has paused is read beside it."""
    paused = await _paused(call.settings)
    async with registered(call.settings, call.providers) as providers:
        on = [each.spec for each in providers.on.values()]
        rows = [_row(spec, paused.get(spec.slug, "yes")) for spec in on]
        rows += [_row(off.spec, off.reason) for off in providers.off]
    say(table(("provider", "title", "does", "a picture costs", "on"), rows))
    return GOOD


async def check(call: Call) -> int:
    """Ask each that is set up; what does not work makes the exit code 1."""
    async with registered(call.settings, call.providers) as providers:
        tried = await asyncio.gather(*(_tried(each) for each in providers.on.values()))
        for slug, (_, said) in zip(providers.on, tried, strict=True):
            say(f"{slug}: {said}")
        for off in providers.off:
            say(f"{off.spec.slug}: {off.reason}")
    return GOOD if all(good for good, _ in tried) else WRONG


async def _tried(provider: Provider) -> tuple[bool, str]:
    """Whether it works, and the words for it, with what would mend it."""
    try:
        async with asyncio.timeout(PROBE_TIMEOUT_S):
            balance = await ask(provider)
    except ProviderError as error:
        seen = f" ({error.log})" if error.log else ""
        # Up to what only a member wants to know.
        said = error.sentence.partition(" You were not charged")[0]
        return False, f"{said}{seen} {_fix(provider.spec, error)}"
    except TimeoutError:
        return False, f"It did not answer within {PROBE_TIMEOUT_S:.0f} s. {OUTAGE}"
    if balance is not None:
        return True, f"works; {balance.amount} {balance.unit} left"
    return True, "works"


def _fix(spec: ProviderSpec, error: ProviderError) -> str:
    """Say what the operator can do about it."""
    match error:
        case AuthFailed():
            return f"Set {' and '.join(spec.needs) or 'its key'} anew; keys are at {spec.site}."
        case QuotaSpent():
            return f"Add credit at {spec.site}."
        case BadAnswer():
            return f"See whether {spec.slug.upper()}_BASE_URL is right."
        case _:
            return f"{OUTAGE} Is {spec.slug.upper()}_BASE_URL right?"


async def _paused(settings: Settings) -> dict[str, str]:
    """What a running bot has paused; nothing where there is no database of this version yet."""
    try:
        async with database_beside(settings) as db, db.read() as session:
            found = await pauses.paused(session, SystemClock().now())
    except BadDatabase:
        return {}
    return {slug: _told(pause) for slug, pause in found.items()}


def _told(pause: Pause) -> str:
    until = f"{pause.until:%F %R} UTC"
    if pause.why is Why.LIMIT:
        return f"paused until {until}: DAILY_LIMIT_{pause.provider.upper()} is used up"
    return f"paused since {pause.since:%F %R} UTC ({pause.code}), tried again {until}"


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
