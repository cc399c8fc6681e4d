"""What a provider is built from, and what it is when it cannot be."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from bot.providers.api import ApiClient
from bot.providers.base import Fills, Provider, ProviderSpec
from bot.providers.guard import is_here
from bot.settings import Settings


class MediaLinks(Protocol):
    """Our own public address for a picture that a provider fetches by URL."""

    def link(self, path: Path) -> str | None:
        """An unguessable address that ends soon; None where this file cannot be served."""
        ...


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a provider may call us about one task, and the secret that it has to show."""

    url: str = field(repr=False)
    secret: str = field(repr=False)


class HookLinks(Protocol):
    """Our own public addresses for webhooks."""

    def hook(self, slug: str, task_id: str) -> Hook | None:
        """The address for one task of a provider; None where there is none."""
        ...


@runtime_checkable
class Calls(Protocol):
    """A provider that calls us at such an address when a job moves on."""

    def heard(self, headers: Mapping[str, str], body: bytes, secret: str) -> bool | None:
        """Whether a call is a reason to ask for the job; None where it is forged. Pure."""
        ...


@dataclass(frozen=True, slots=True)
class Parts:
    """What a provider may be built from; without a public address no `media` and no `hooks`."""

    settings: Settings
    api: ApiClient
    pictures: Fills
    media: MediaLinks | None = None
    hooks: HookLinks | None = None

    def reached_from(self, base_url: str) -> "Parts":
        """What a service there can use: an address of this machine leads others nowhere."""
        ours = self.settings.public_url
        if ours and is_here(ours) and not is_here(base_url):
            return replace(self, media=None, hooks=None)
        return self


@dataclass(frozen=True, slots=True)
class Off:
    """A provider that is not switched on; `reason` says what would switch it on."""

    spec: ProviderSpec
    reason: str


Factory = Callable[[Parts], Provider | Off]


def keyless(spec: ProviderSpec) -> Off:
    """Switched off because a setting that it needs is empty."""
    return Off(spec, f"{spec.title} is off: set {' and '.join(spec.needs)} to switch it on.")


def with_ops(spec: ProviderSpec, **changes: Any) -> ProviderSpec:
    """The spec with these fields of all its operations changed, as the operator has set them."""
    return replace(spec, ops={name: replace(op, **changes) for name, op in spec.ops.items()})


@dataclass(frozen=True, slots=True)
class Built:
    """The providers that are switched on, by slug, and those that are not."""

    on: Mapping[str, Provider]
    off: tuple[Off, ...]


def built(factories: Iterable[Factory], parts: Parts) -> Built:
    """Make each once; which keys are set decides what is on."""
    made = [factory(parts) for factory in factories]
    on = {each.spec.slug: each for each in made if not isinstance(each, Off)}
    return Built(on, tuple(each for each in made if isinstance(each, Off)))
