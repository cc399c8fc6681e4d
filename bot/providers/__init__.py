"""One file per provider; NEW_PROVIDER.md tells how to add one."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.providers.api import ApiClient
from bot.providers.base import Fills, Provider
from bot.providers.local import Local
from bot.settings import Settings


@dataclass(frozen=True, slots=True)
class Parts:
    """What a provider may be built from."""

    settings: Settings
    api: ApiClient
    pictures: Fills


PROVIDERS: tuple[Callable[[Parts], Provider], ...] = (lambda parts: Local(parts.pictures),)
