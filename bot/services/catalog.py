"""The models that a member may name, as far as their providers tell in time."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from bot.errors import ProviderError
from bot.providers.base import Model, Provider

log = logging.getLogger(__name__)
# Discord waits three seconds for what autocomplete offers.
TIMEOUT_S = 2.0


@dataclass(frozen=True, slots=True)
class Listed:
    """One model, with the name of its provider."""

    provider: str
    model: Model


async def models_of(
    providers: Iterable[Provider], text: str = "", timeout_s: float = TIMEOUT_S
) -> list[Listed]:
    """Those whose id or title holds the text; nothing of a provider that does not tell in time."""
    lists = await asyncio.gather(*(_listed(provider, timeout_s) for provider in providers))
    typed = text.strip().lower()
    return [
        each
        for listed in lists
        for each in listed
        if typed in each.model.id.lower() or typed in each.model.title.lower()
    ]


async def _listed(provider: Provider, timeout_s: float) -> list[Listed]:
    spec = provider.spec
    try:
        async with asyncio.timeout(timeout_s):
            told = await provider.models()
    except (ProviderError, TimeoutError) as error:
        log.info("%s tells no models: %r", spec.slug, error)
        told = ()
    known = {model.id: model for model in (*(Model(name, name) for name in spec.models), *told)}
    return [Listed(spec.title, model) for model in known.values()]
