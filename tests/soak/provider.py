"""The counting provider without fault points, and with room for more at once."""

from collections.abc import Callable
from dataclasses import replace

from bot.providers import Parts
from bot.providers.base import Provider
from tests.crash.faults import Points
from tests.crash.provider import CountingProvider


def factory(variant: str, base_url: str, **spec: float) -> Callable[[Parts], Provider]:
    """What `open_app` takes; `spec` is what differs from the kill test's."""

    def made(parts: Parts) -> Provider:
        provider = CountingProvider(parts.api, variant, base_url, Points())
        provider.spec = replace(provider.spec, **spec)  # pyright: ignore[reportArgumentType]
        return provider

    return made
